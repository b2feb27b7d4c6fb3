// Prints the catalogue of operations: catalogue SOURCE_FOLDER
#include "tests/catalogue/page.hpp"

#include <cstdio>
#include <exception>

int main(int count, char** arguments)
{
    if (count != 2) {
        std::fprintf(stderr, "catalogue SOURCE_FOLDER\n");
        return 2;
    }
    try {
        std::fputs(xgrad::catalogue::page(arguments[1]).c_str(), stdout);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
