// std::chrono's durations and clocks, without its calendars and stream output: those are 15,000 of the
// 60,000 lines that the umbrella header may have. libstdc++ keeps the two apart.
#pragma once

#include <cstdint>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
