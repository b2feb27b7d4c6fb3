// One idea: this page is not listed.
