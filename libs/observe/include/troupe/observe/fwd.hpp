// Forward declarations of the library that watches actors run.
#pragma once

namespace troupe::inline v0::observe {

struct RingTracerOptions;
class RingTracer;
struct TracedActor;
struct TraceRecord;
struct Trace;
struct FlightRecorderOptions;
class FlightRecorder;
struct RecorderOptions;
class Recorder;
class Recording;

}  // namespace troupe::inline v0::observe
