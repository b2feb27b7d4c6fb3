#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <typeinfo>

// EXPECT_THROW_TEXT(statement, type, text): the statement throws exactly this type with exactly this text.
#define EXPECT_THROW_TEXT(statement, type, text)                                            \
    try {                                                                                   \
        statement;                                                                          \
        ADD_FAILURE() << #statement " throws nothing";                                      \
    } catch (const std::exception& error) {                                                 \
        EXPECT_TRUE(typeid(error) == typeid(type)) << "it throws " << typeid(error).name(); \
        EXPECT_EQ(std::string(error.what()), std::string(text));                            \
    }
