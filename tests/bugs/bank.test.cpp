// The picture that comes with a failure, of the bug that docs/debugging.md takes apart.
#include "bank.hpp"
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace {

TEST(Bank, AFailureComesWithADiagramOfHowItCameToBe) {
  const std::string directory = ::testing::TempDir();
  const auto found = troupe::sim::explore(
      {.name = "overdrawn", .processes = 1, .quiet = true, .directory = directory, .command = "the-test"},
      bank::two_customers<bank::Account>);
  ASSERT_FALSE(found.passed());
  const std::filesystem::path file = (std::filesystem::path(directory) / "overdrawn.mmd").lexically_normal();
  EXPECT_NE(found.report().find("as a Mermaid diagram: " + file.string() + '\n'), std::string::npos)
      << found.report();
  std::ostringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_EQ(written.str(),
            "sequenceDiagram\n"
            "  participant p1 as outside\n"
            "  participant p2 as a4 bob\n"
            "  participant p3 as a3 ann\n"
            "  participant p4 as a2 account\n"
            "  participant p5 as a1 auditor\n"
            "  p1->>p2: m2 bank::Go\n"
            "  p1->>p3: m1 bank::Go\n"
            "  p2->>p4: ask m3 bank::Withdraw\n"
            "  p3->>p4: ask m4 bank::Withdraw\n"
            "  p4->>p5: ask m5 bank::Audit\n"
            "  p5-->>p4: m5 bool\n"
            "  p4->>p5: ask m6 bank::Audit\n"
            "  p5-->>p4: m6 bool\n"
            "  p1->>p4: ask m7 bank::Balance\n"
            "  p4-->>p1: m7 int\n"
            "  Note over p4: failure: no account is overdrawn\n");
  std::filesystem::remove(file);
  std::filesystem::remove(std::filesystem::path(directory) / "overdrawn.schedule");
}

}  // namespace
