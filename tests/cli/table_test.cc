#include "cli/table.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(Table, AlignsColumnsByCharactersNotBytes) {
  Table table({"POOL", "UTIL."});
  table.AddRow({"a → b", "93%"});
  table.AddRow({"longer name", "7%"});

  EXPECT_EQ(table.Render(),
            "POOL         UTIL.\n"
            "a → b        93%\n"
            "longer name  7%\n");
}

TEST(Table, LetsNoControlCharacterReachTheTerminal) {
  Table table({"LABEL"});
  table.AddRow({"evil\x1b[2Jname"});

  EXPECT_EQ(table.Render(), "LABEL\nevil?[2Jname\n");
}

}  // namespace
}  // namespace berthmaster
