"""The workloads' names, in the order in which they are run and shown."""

# Of Troupe alone: what tracing and recording cost, the simulator, supervision, and backpressure.
TROUPE_WORKLOADS = [
    "tracing_off",
    "tracing_on",
    "recording",
    "tracing_off_fan_in",
    "tracing_on_fan_in",
    "recording_fan_in",
    "simulated_messages",
    "ask_waiting",
    "ask_waiting_unwatched",
    "restart",
    "throw_and_catch",
    "supervised_ping_pong",
    "siblings_under_crashes",
    "siblings_without_crashes",
    "tree_start_stop",
    "bounded_one_to_one",
    "tell_pipeline",
    "deliver_pipeline",
    "await_pipeline",
    "overload_rss",
]

WORKLOADS = [
    "ping_pong",
    "ring",
    "one_to_one",
    "fan_in_actors",
    "fan_in_threads",
    "ask_actor",
    "ask_thread",
    "ask_busy",
    "skynet",
    "big",
    "spawn",
    "bytes_per_actor",
    "idle_cpu",
    *TROUPE_WORKLOADS,
]
