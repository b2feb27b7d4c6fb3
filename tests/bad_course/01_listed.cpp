// One idea: this page is listed with another idea, another place of the lectures and a numeric example that it has not.
// Lecture: S0:19
