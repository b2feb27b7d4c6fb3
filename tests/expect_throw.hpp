#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <typeinfo>

/// An error's text without the lines that say where it came from, which have tests of their own (tests/autopsy_test.cpp).
inline std::string without_autopsy(const std::string& text)
{
    for (const char* first : {"\n  at:   ", "\n  in:   ", "\n  last: ", "\n  more: "})
        if (const std::size_t at = text.find(first); at != std::string::npos) return text.substr(0, at);
    return text;
}

// EXPECT_THROW_TEXT(statement, type, text): the statement throws exactly this type with exactly this text, apart from the autopsy.
#define EXPECT_THROW_TEXT(statement, type, text)                                            \
    try {                                                                                   \
        statement;                                                                          \
        ADD_FAILURE() << #statement " throws nothing";                                      \
    } catch (const std::exception& error) {                                                 \
        EXPECT_TRUE(typeid(error) == typeid(type)) << "it throws " << typeid(error).name(); \
        EXPECT_EQ(without_autopsy(error.what()), std::string(text));                        \
    }
