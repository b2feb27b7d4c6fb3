#include <xgrad/data/csv.hpp>
#include <xgrad/error.hpp>

#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

#include <cmath>

using xgrad::DataError;
using xgrad::data::CsvTable;
using xgrad::data::read_csv;
using xgrad::test::gzip;
using xgrad::test::TemporaryFolder;

TEST(Csv, ReadsNumbersPlainAndCompressed)
{
    const TemporaryFolder folder;
    const std::string text = "1,2.5,-3e2\n+4, 5 ,.5\n";
    for (const std::string& path : {folder.write("a.csv", text), folder.write("a.csv.gz", gzip(text))}) {
        const CsvTable table = read_csv(path);
        EXPECT_EQ(table.rows, 2);
        EXPECT_EQ(table.columns, 3);
        EXPECT_EQ(table.values, (std::vector<double>{1, 2.5, -300, 4, 5, 0.5}));
        EXPECT_EQ(table(1, 2), 0.5);
    }
}

TEST(Csv, TakesLineEndsOfEverySystemAndNoneAtTheEnd)
{
    const TemporaryFolder folder;
    for (const std::string text : {"1,2\n3,4", "1,2\r\n3,4\r\n", "1,2\n3,4\n\n \n"}) {
        EXPECT_EQ(read_csv(folder.write("a.csv", text)).values, (std::vector<double>{1, 2, 3, 4}));
    }
}

TEST(Csv, BlanksAndTabsCanSeparate)
{
    const TemporaryFolder folder;
    EXPECT_EQ(read_csv(folder.write("a", "  1   2\t3 \n4 5 6\n"), {.separator = ' '}).values,
              (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(read_csv(folder.write("b", "1\t2\n3\t4\n"), {.separator = '\t'}).values,
              (std::vector<double>{1, 2, 3, 4}));
}

TEST(Csv, SkipsLinesOfNamesAndKeepsNan)
{
    const TemporaryFolder folder;
    const CsvTable table = read_csv(folder.write("a.csv", "width,height\n1,nan\n"), {.skip_lines = 1});
    EXPECT_EQ(table.rows, 1);
    EXPECT_TRUE(std::isnan(table(0, 1)));
}

TEST(Csv, ColumnsBecomeTensors)
{
    const TemporaryFolder folder;
    const CsvTable table = read_csv(folder.write("a.csv", "1,2,3\n4,5,6\n"));
    const xgrad::Tensor x = to_tensor(table, 0, 2, xgrad::f32), y = to_tensor(table, 2, 3, xgrad::i64);
    EXPECT_EQ(x.sizes(), (xgrad::Sizes{2, 2}));
    EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{1, 2, 4, 5}));
    EXPECT_EQ(y.to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 6}));
    EXPECT_THROW_TEXT(to_tensor(table, 1, 4, xgrad::f32), xgrad::ShapeError,
                      "to_tensor: columns 1 to 4 of 3.\n  rule: 0 <= from <= to <= columns.\n"
                      "  try:  count the columns from 0; `to` is the first one left out.");
}

TEST(Csv, AFractionIsNoInteger)
{
    const TemporaryFolder folder;
    const CsvTable table = read_csv(folder.write("a.csv", "1,2.5\n1,nan\n1,1e300\n"));
    EXPECT_THROW_TEXT(
        to_tensor(table, 1, 2, xgrad::i64), DataError,
        "to_tensor: row 0, column 1 holds 2.500000.\n  rule: i64 takes integers between -2^53 and 2^53.\n  "
        "try:  use f32 or "
        "f64, or mend the table.");
    EXPECT_THROW_TEXT(to_tensor(table, 1, 2, xgrad::boolean), DataError,
                      "to_tensor: row 0, column 1 holds 2.500000.\n  rule: bool takes 0 and 1.\n  try:  use f32 or "
                      "f64, or mend the table.");
}

TEST(Csv, AnIntegerThatTheTableCannotHoldIsRefused)
{
    const TemporaryFolder folder;
    // 2^53 - 1, and 2^53 + 1, which no double holds.
    const CsvTable table = read_csv(folder.write("a.csv", "9007199254740991,9007199254740993\n"));
    EXPECT_EQ(to_tensor(table, 0, 1, xgrad::i64).to_vector<std::int64_t>()[0], (std::int64_t{1} << 53) - 1);
    EXPECT_THROW(to_tensor(table, 1, 2, xgrad::i64), DataError);
}

TEST(Csv, ControlCharactersDoNotReachTheErrorText)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a.csv", std::string("1,\0\x1B[2J\n", 8));
    EXPECT_THROW_TEXT(read_csv(path), DataError,
                      "read_csv: " + path +
                          ", line 1, column 2: \"??[2J\" is not a number.\n"
                          "  rule: every cell is one number, written as in C++.\n"
                          "  try:  skip a line of names with skip_lines, or set the separator.");
}

TEST(Csv, ACellThatIsNoNumberIsNamedWithLineAndColumn)
{
    const TemporaryFolder folder;
    const auto expect = [&](const std::string& text, const std::string& place, const std::string& cell) {
        const std::string path = folder.write("a.csv", text);
        EXPECT_THROW_TEXT(read_csv(path), DataError,
                          "read_csv: " + path + ", " + place + ": \"" + cell +
                              "\" is not a number.\n"
                              "  rule: every cell is one number, written as in C++.\n"
                              "  try:  skip a line of names with skip_lines, or set the separator.");
    };
    expect("1,2\n3,x\n", "line 2, column 2", "x");
    expect("1,2\n3,\n", "line 2, column 2", "");
    expect(",2\n", "line 1, column 1", "");
    expect("1;2\n", "line 1, column 1", "1;2");
    expect("1,2 3\n", "line 1, column 2", "2 3");
    expect("1,+-3\n", "line 1, column 2", "+-3");
    expect("1,0x1\n", "line 1, column 2", "0x1");
}

TEST(Csv, RaggedRowsEmptyLinesHugeNumbersAndEmptyFilesAreRefused)
{
    const TemporaryFolder folder;
    const auto expect = [&](const std::string& text, const std::string& rest) {
        const std::string path = folder.write("a.csv", text);
        EXPECT_THROW_TEXT(read_csv(path), DataError, "read_csv: " + path + rest);
    };
    expect("1,2\n3,4,5\n",
           ", line 2: has 3 cells, the first row has 2.\n  rule: all rows have the same number of cells.\n"
           "  try:  complete the row or take it out.");
    expect("1,2\n\n3,4\n",
           ", line 2: is empty and rows follow it.\n  rule: empty lines stand at the end alone.\n  try:  take the line "
           "out.");
    expect("1,1e999\n",
           ", line 1, column 2: \"1e999\" is outside the range of double.\n  rule: every cell is one number.\n"
           "  try:  rescale the column.");
    expect("",
           ": holds no rows after 0 skipped lines.\n  rule: at least one row of numbers.\n  try:  check the path and "
           "skip_lines.");
}

TEST(Csv, ADamagedCompressedFileIsRefused)
{
    const TemporaryFolder folder;
    const std::string good = gzip("1,2\n3,4\n");
    EXPECT_THROW(read_csv(folder.write("a.csv.gz", good.substr(0, good.size() - 1))), DataError);
    EXPECT_THROW_TEXT(read_csv("/nowhere.csv"), DataError,
                      "read_csv: /nowhere.csv: cannot be opened: No such file or directory.\n  rule: a readable file.\n"
                      "  try:  check the path and its permissions.");
}
