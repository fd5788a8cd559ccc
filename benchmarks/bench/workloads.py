"""The workloads' names, in the order in which they are run and shown."""

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
]
