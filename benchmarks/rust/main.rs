//! The workloads in Rust: std threads and std::sync::mpsc channels, one thread where others have an actor.
//! Shapes are those of harness/shape.hpp; operation counts are Rust's own.
//! Workloads with more than some hundreds of actors are missing: nobody would give each a thread.

use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender};
use std::thread;
use std::time::Instant;

const BURST: u64 = 1_000_000;
const PRODUCERS: u64 = 10;
const RING_SIZE: usize = 503;
const FEEDERS: usize = 2;
const FEEDER_WINDOW: usize = 32;
const SPAWN_WAVE: u64 = 100;

type Outcome = (f64, u64);
type Workload = fn(f64) -> Outcome;

const WORKLOADS: &[(&str, Workload)] = &[
    ("ping_pong", ping_pong),
    ("ring", ring),
    ("one_to_one", one_to_one),
    ("fan_in_actors", fan_in),
    ("fan_in_threads", fan_in),
    ("ask_actor", ask_actor),
    ("ask_thread", ask_thread),
    ("ask_busy", ask_busy),
    ("spawn", spawn),
];

fn scaled(count: u64, scale: f64) -> u64 {
    ((count as f64 * scale) as u64).max(1)
}

fn ns_per_operation(operations: u64, work: impl FnOnce()) -> Outcome {
    let begin = Instant::now();
    work();
    (begin.elapsed().as_nanos() as f64 / operations as f64, operations)
}

fn pass_around(size: usize, hops: u64, operations: u64) -> Outcome {
    let (senders, receivers): (Vec<Sender<u64>>, Vec<Receiver<u64>>) = (0..size).map(|_| channel()).unzip();
    let (done, finished) = channel();
    for (i, receiver) in receivers.into_iter().enumerate() {
        let next = senders[(i + 1) % size].clone();
        let done = done.clone();
        thread::spawn(move || {
            for left in receiver {
                if left == 0 {
                    done.send(()).unwrap();
                } else {
                    next.send(left - 1).unwrap();
                }
            }
        });
    }
    ns_per_operation(operations, || {
        senders[0].send(hops).unwrap();
        finished.recv().unwrap();
    })
}

fn ping_pong(scale: f64) -> Outcome {
    let trips = scaled(50_000, scale);
    pass_around(2, 2 * trips, trips)
}

fn ring(scale: f64) -> Outcome {
    let hops = scaled(40_000, scale);
    pass_around(RING_SIZE, hops, hops)
}

fn from_producers(count: u64, rounds: u64) -> Outcome {
    let (increments, counter) = channel::<u64>();
    let begin: Vec<Sender<()>> = (0..count)
        .map(|_| {
            let (begin, rounds) = channel();
            let increments = increments.clone();
            thread::spawn(move || {
                for () in rounds {
                    for _ in 0..BURST / count {
                        increments.send(1).unwrap();
                    }
                }
            });
            begin
        })
        .collect();
    let mut total = 0;
    let outcome = ns_per_operation(rounds * BURST, || {
        for _ in 0..rounds {
            begin.iter().for_each(|producer| producer.send(()).unwrap());
            for _ in 0..BURST {
                total += counter.recv().unwrap();
            }
        }
    });
    assert_eq!(rounds * BURST, total, "the counter is wrong");
    outcome
}

fn one_to_one(scale: f64) -> Outcome {
    from_producers(1, scaled(20, scale))
}

fn fan_in(scale: f64) -> Outcome {
    from_producers(PRODUCERS, scaled(20, scale))
}

/// A question carries the way back, which each asker makes once.
fn ask_repeatedly(target: &SyncSender<Option<SyncSender<u64>>>, asks: u64) {
    let (answer, answers) = sync_channel(1);
    let mut sum = 0;
    for _ in 0..asks {
        target.send(Some(answer.clone())).unwrap();
        sum += answers.recv().unwrap();
    }
    assert_eq!(asks, sum, "the sum of the answers is wrong");
}

fn spawn_target(queue: usize) -> SyncSender<Option<SyncSender<u64>>> {
    let (target, questions) = sync_channel::<Option<SyncSender<u64>>>(queue);
    thread::spawn(move || {
        for answer in questions.into_iter().flatten() {
            answer.send(1).unwrap();
        }
    });
    target
}

fn ask_thread(scale: f64) -> Outcome {
    let asks = scaled(50_000, scale);
    let target = spawn_target(1);
    ns_per_operation(asks, || ask_repeatedly(&target, asks))
}

fn ask_actor(scale: f64) -> Outcome {
    let asks = scaled(50_000, scale);
    let target = spawn_target(1);
    ns_per_operation(asks, || thread::spawn(move || ask_repeatedly(&target, asks)).join().unwrap())
}

/// The channel's length bounds what the feeders have on their way.
fn ask_busy(scale: f64) -> Outcome {
    let asks = scaled(10_000, scale);
    let target = spawn_target(FEEDERS * FEEDER_WINDOW);
    for _ in 0..FEEDERS {
        let target = target.clone();
        thread::spawn(move || while target.send(None).is_ok() {});
    }
    ns_per_operation(asks, || thread::spawn(move || ask_repeatedly(&target, asks)).join().unwrap())
}

/// A thread with an inbox, which ends at its first message.
fn spawn(scale: f64) -> Outcome {
    let waves = scaled(100, scale);
    ns_per_operation(waves * SPAWN_WAVE, || {
        for _ in 0..waves {
            let threads: Vec<_> = (0..SPAWN_WAVE)
                .map(|_| {
                    let (stop, inbox) = channel::<()>();
                    let thread = thread::spawn(move || inbox.recv().unwrap());
                    stop.send(()).unwrap();
                    thread
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
    })
}

fn usage(program: &str) -> ! {
    let names: Vec<_> = WORKLOADS.iter().map(|(name, _)| *name).collect();
    eprintln!(
        "Usage: {program} <workload> [scale], where scale is above 0 and <workload> is one of: {}.",
        names.join(" ")
    );
    std::process::exit(2)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some((name, run)) = arguments.get(1).and_then(|wanted| WORKLOADS.iter().find(|(name, _)| name == wanted)) else {
        usage(&arguments[0])
    };
    let scale = arguments.get(2).map_or(Some(1.0), |text| text.parse::<f64>().ok());
    let Some(scale) = scale.filter(|scale| *scale > 0.0 && arguments.len() <= 3) else { usage(&arguments[0]) };
    let (value, operations) = run(scale);
    println!(r#"{{"workload": "{name}", "impl": "rust", "unit": "ns", "value": {value:.4}, "operations": {operations}}}"#);
}
