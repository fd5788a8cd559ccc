// A shared, immutable object of any type. <memory> would do, at 11,000 lines of this library's budget.
#pragma once

#include <atomic>
#include <utility>

#include <troupe/detail/type_name.hpp>

namespace troupe::inline v0::detail {

/// Thread-safety: as std::shared_ptr<const void>.
class SharedBox {
 public:
  SharedBox() = default;
  SharedBox(const SharedBox& other) noexcept : content_(other.content_) {
    if (content_) content_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBox(SharedBox&& other) noexcept : content_(std::exchange(other.content_, nullptr)) {}
  SharedBox& operator=(SharedBox other) noexcept {
    std::swap(content_, other.content_);
    return *this;
  }
  ~SharedBox() {
    // acq_rel: the last owner's delete comes after every other owner's last use.
    if (content_ && content_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete content_;
  }

  template <class T>
  static SharedBox make(T&& value) {
    SharedBox box;
    box.content_ = new Holder<T>(std::forward<T>(value));
    return box;
  }

  template <class T>
  const T* get_if() const noexcept {
    return content_ && content_->tag == &type_tag<T> ? &static_cast<const Holder<T>*>(content_)->value
                                                     : nullptr;
  }

 private:
  struct Content {
    explicit Content(const char* type) : tag(type) {}
    virtual ~Content() = default;
    std::atomic<unsigned> owners{1};
    const char* tag;
  };
  template <class T>
  struct Holder final : Content {
    explicit Holder(T&& object) : Content(&type_tag<T>), value(std::move(object)) {}
    T value;
  };
  Content* content_ = nullptr;
};

}  // namespace troupe::inline v0::detail
