// The path through the tree of choices: a depth-first search that starts over for each execution.
//
// Choice 0 is always the dull one (the same thread goes on, a load reads the newest store), so that a path is
// told by its few other choices: "12=1,16=2" takes alternative 1 at the 12th choice and 2 at the 16th.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::model {

class Choices {
 public:
  Choices() = default;

  /// A path as path() has written it, to be taken once.
  explicit Choices(const std::string& path) {
    for (std::size_t from = 0; from < path.size();) {
      const std::size_t middle = path.find('=', from);
      if (middle == std::string::npos) throw std::invalid_argument("a path reads 12=1,16=2, not: " + path);
      const std::size_t end = std::min(path.find(',', middle), path.size());
      const std::size_t place = std::stoul(path.substr(from, middle - from));
      if (place >= taken_.size()) taken_.resize(place + 1);
      taken_[place] = {static_cast<unsigned>(std::stoul(path.substr(middle + 1, end - middle - 1))), 0};
      from = end + 1;
    }
  }

  /// The alternative to take, out of `count`.
  unsigned choose(unsigned count) {
    if (count < 2) return 0;
    if (next_ == taken_.size()) taken_.push_back({0, count});
    Choice& choice = taken_[next_++];
    if (choice.count == 0) choice.count = count;
    if (choice.count != count || choice.taken >= count) {
      throw std::logic_error("the scenario isn't deterministic, or the path isn't one of its own");
    }
    return choice.taken;
  }

  /// Back to the start of the same path.
  void rewind() { next_ = 0; }

  /// On to the next path in depth-first order; false when there is none.
  bool advance() {
    next_ = 0;
    while (!taken_.empty() && taken_.back().taken + 1 == taken_.back().count) taken_.pop_back();
    if (taken_.empty()) return false;
    ++taken_.back().taken;
    return true;
  }

  [[nodiscard]] std::string path() const {
    std::string text;
    for (std::size_t place = 0; place < taken_.size(); ++place) {
      if (taken_[place].taken == 0) continue;
      if (!text.empty()) text += ',';
      text += std::to_string(place) + '=' + std::to_string(taken_[place].taken);
    }
    return text;
  }

 private:
  struct Choice {
    unsigned taken = 0;
    unsigned count = 0;  // 0: read from a path, not yet known
  };

  std::vector<Choice> taken_;
  std::size_t next_ = 0;
};

}  // namespace troupe::model
