#ifndef BERTHMASTER_CLI_TABLE_H_
#define BERTHMASTER_CLI_TABLE_H_

#include <string>
#include <vector>

namespace berthmaster {

// Rows under a heading, columns as wide as their widest cell, two spaces apart.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : heading_(std::move(heading)) {}

  // As many cells as the heading has. Control characters in a cell are shown as '?', since names
  // come from other people's hosts.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // Ends with a line end.
  std::string Render() const;

 private:
  std::vector<std::string> heading_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` with every control character as '?'.
std::string Printable(std::string text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_TABLE_H_
