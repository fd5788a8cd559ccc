%% The workloads in Erlang: `erl -noshell -s bench main <workload> <scale>` prints one line of JSON.
%% Message shapes and sizes are those of harness/shape.hpp; operation counts are Erlang's own.
-module(bench).
-export([main/1]).

-define(RING, 503).
-define(BURST, 1000000).
-define(PRODUCERS, 10).
-define(FEEDERS, 2).
-define(WINDOW, 32).
-define(CREDIT, 16).
-define(LEAVES, 1000000).
-define(SKYNET, 1111111).
-define(BIG, 120).
-define(WAVE, 10000).
-define(FOOTPRINT, 1000000).
-define(FOOTPRINT_WAVE, 1000).
-define(IDLE, 10000).
-define(IDLE_SECONDS, 10).

main([Name, Scale]) ->
    try
        {Unit, Value, Operations} = run(Name, number(atom_to_list(Scale))),
        io:format("{\"workload\": \"~s\", \"impl\": \"erlang\", \"unit\": \"~s\", \"value\": ~.4f, \"operations\": ~b}~n",
                  [Name, Unit, float(Value), Operations]),
        halt(0)
    catch
        Class:Reason:Stack ->
            io:format(standard_error, "~s failed: ~p ~p~n~p~n", [Name, Class, Reason, Stack]),
            halt(1)
    end.

number(Text) ->
    case string:to_float(Text) of
        {error, no_float} -> float(list_to_integer(Text));
        {Value, _} -> Value
    end.

scaled(Count, Scale) -> max(1, trunc(Count * Scale)).

ns(Operations, Work) ->
    Begin = erlang:monotonic_time(nanosecond),
    Work(),
    {"ns", (erlang:monotonic_time(nanosecond) - Begin) / Operations, Operations}.

run(ping_pong, Scale) ->
    Trips = scaled(1000000, Scale),
    pass_around(2, 2 * Trips, Trips);
run(ring, Scale) ->
    Hops = scaled(2000000, Scale),
    pass_around(?RING, Hops, Hops);
run(one_to_one, Scale) -> from_producers(1, scaled(4, Scale));
run(fan_in_actors, Scale) -> from_producers(?PRODUCERS, scaled(4, Scale));
run(ask_actor, Scale) ->
    Asks = scaled(500000, Scale),
    Target = spawn_link(fun() -> answer(1) end),
    ask_from_process(Target, Asks);
run(ask_busy, Scale) ->
    Asks = scaled(100000, Scale),
    Target = spawn_link(fun() -> answer(1) end),
    [spawn_link(fun() -> feed(Target, ?WINDOW, 0) end) || _ <- lists:seq(1, ?FEEDERS)],
    ask_from_process(Target, Asks);
run(skynet, Scale) ->
    Trees = scaled(1, Scale),
    Expected = ?LEAVES * (?LEAVES - 1) div 2,
    Self = self(),
    ns(Trees * ?SKYNET,
       fun() ->
               [begin
                    spawn(fun() -> skynet(Self, 0, ?LEAVES) end),
                    receive {sum, Expected} -> ok end
                end || _ <- lists:seq(1, Trees)]
       end);
run(big, Scale) ->
    Rounds = scaled(100, Scale),
    Self = self(),
    All = [spawn_link(fun() -> chatter_begin(Self, Rounds) end) || _ <- lists:seq(1, ?BIG)],
    [One ! {others, lists:delete(One, All)} || One <- All],
    ns(Rounds * ?BIG * (?BIG - 1),
       fun() ->
               [One ! start || One <- All],
               [receive {finished, One} -> ok end || One <- All]
       end);
run(spawn, Scale) ->
    Waves = scaled(100, Scale),
    ns(Waves * ?WAVE, fun() -> [spawn_wave() || _ <- lists:seq(1, Waves)] end);
run(bytes_per_actor, Scale) ->
    Count = scaled(?FOOTPRINT, Scale),
    Before = resident_bytes(),
    spawn_and_use(Count),
    {"bytes", (resident_bytes() - Before) / Count, Count};
run(idle_cpu, Scale) ->
    Count = scaled(?IDLE, Scale),
    spawn_and_use(Count),
    timer:sleep(100),
    Before = cpu_ms(),
    timer:sleep(?IDLE_SECONDS * 1000),
    {"s", (cpu_ms() - Before) / 1000, Count}.

%% ping_pong and ring

pass_around(Size, Hops, Operations) ->
    Self = self(),
    [First | _] = All = [spawn_link(fun() -> receive {next, Next} -> pass(Next, Self) end end) || _ <- lists:seq(1, Size)],
    [One ! {next, Next} || {One, Next} <- lists:zip(All, tl(All) ++ [First])],
    ns(Operations, fun() -> First ! {hop, Hops}, receive done -> ok end end).

pass(Next, Main) ->
    receive
        {hop, 0} -> Main ! done;
        {hop, Left} -> Next ! {hop, Left - 1}
    end,
    pass(Next, Main).

%% one_to_one and fan_in_actors: the emulator preempts a producer, so it sends its share in one go

from_producers(Count, Rounds) ->
    Self = self(),
    Share = ?BURST div Count,
    Counter = spawn_link(fun() ->
                                 Producers = [spawn_link(producer(Share)) || _ <- lists:seq(1, Count)],
                                 receive start -> count_rounds(Producers, Rounds) end,
                                 Self ! done
                         end),
    ns(Rounds * ?BURST, fun() -> Counter ! start, receive done -> ok end end).

producer(Share) -> fun() -> produce(Share) end.

produce(Share) ->
    receive {burst, Counter} -> send_increments(Counter, Share) end,
    produce(Share).

send_increments(_, 0) -> ok;
send_increments(Counter, Left) ->
    Counter ! {increment, 1},
    send_increments(Counter, Left - 1).

count_rounds(_, 0) -> ok;
count_rounds(Producers, Rounds) ->
    [Producer ! {burst, self()} || Producer <- Producers],
    count(?BURST),
    count_rounds(Producers, Rounds - 1).

count(0) -> ok;
count(Left) -> receive {increment, By} -> count(Left - By) end.

%% ask_actor and ask_busy: the plain protocol under gen_server:call, without its monitor

ask_from_process(Target, Asks) ->
    Self = self(),
    spawn_link(fun() -> receive start -> Self ! {asked, ask_repeatedly(Target, Asks, 0)} end end) ! start,
    ns(Asks, fun() -> receive {asked, Asks} -> ok end end).

ask_repeatedly(_, 0, Sum) -> Sum;
ask_repeatedly(Target, Left, Sum) ->
    Ref = make_ref(),
    Target ! {get, self(), Ref},
    receive {Ref, Value} -> ask_repeatedly(Target, Left - 1, Sum + Value) end.

answer(Value) ->
    receive
        {get, From, Ref} -> From ! {Ref, Value};
        {noise, From, Number} when Number rem ?CREDIT =:= 0 -> From ! credit;
        {noise, _, _} -> ok
    end,
    answer(Value).

feed(Target, Count, Sent) ->
    [Target ! {noise, self(), Sent + I} || I <- lists:seq(1, Count)],
    receive credit -> feed(Target, ?CREDIT, Sent + Count) end.

%% skynet

skynet(Parent, Number, 1) -> Parent ! {sum, Number};
skynet(Parent, Number, Leaves) ->
    Self = self(),
    Share = Leaves div 10,
    [spawn(fun() -> skynet(Self, Number + I * Share, Share) end) || I <- lists:seq(0, 9)],
    Parent ! {sum, sums(10, 0)}.

sums(0, Sum) -> Sum;
sums(Left, Sum) -> receive {sum, Value} -> sums(Left - 1, Sum + Value) end.

%% big

chatter_begin(Main, Rounds) ->
    receive {others, Others} -> ok end,
    receive start -> chatter(Main, Others, Rounds) end.

chatter(Main, Others, Rounds) ->
    ping_all(Others),
    chat(Main, Others, Rounds, length(Others)).

ping_all(Others) -> [Other ! {ping, self()} || Other <- Others], ok.

chat(Main, _, 1, 0) ->
    Main ! {finished, self()},
    serve();
chat(Main, Others, Rounds, 0) ->
    ping_all(Others),
    chat(Main, Others, Rounds - 1, length(Others));
chat(Main, Others, Rounds, Missing) ->
    receive
        {ping, From} -> From ! pong, chat(Main, Others, Rounds, Missing);
        pong -> chat(Main, Others, Rounds, Missing - 1)
    end.

serve() -> receive {ping, From} -> From ! pong, serve() end.

%% spawn: the last process of a wave to go tells, as in the other programs

spawn_wave() ->
    Self = self(),
    Alive = atomics:new(1, []),
    atomics:put(Alive, 1, ?WAVE),
    Trivial = fun() ->
                      receive stop -> ok end,
                      case atomics:sub_get(Alive, 1, 1) of 0 -> Self ! wave_gone; _ -> ok end
              end,
    spawn_and_stop(Trivial, ?WAVE),
    receive wave_gone -> ok end.

spawn_and_stop(_, 0) -> ok;
spawn_and_stop(Trivial, Left) ->
    spawn(Trivial) ! stop,
    spawn_and_stop(Trivial, Left - 1).

%% bytes_per_actor and idle_cpu

spawn_and_use(0) -> ok;
spawn_and_use(Left) ->
    Wave = min(Left, ?FOOTPRINT_WAVE),
    Self = self(),
    [spawn(fun() -> trivial(0) end) ! {use, Self} || _ <- lists:seq(1, Wave)],
    [receive used -> ok end || _ <- lists:seq(1, Wave)],
    spawn_and_use(Left - Wave).

trivial(Value) ->
    receive {use, From} -> From ! used, trivial(Value + 1) end.

resident_bytes() ->
    [_, Resident | _] = string:lexemes(read_proc("/proc/self/statm"), " "),
    list_to_integer(Resident) * 4096.

%% CPU time of all threads of the emulator, counted by the kernel in nanoseconds.
cpu_ms() ->
    Tasks = filelib:wildcard("/proc/self/task/*"),
    lists:sum([list_to_integer(hd(string:lexemes(read_proc(Task ++ "/schedstat"), " "))) || Task <- Tasks]) / 1.0e6.

read_proc(Path) ->
    {ok, File} = file:open(Path, [read]),
    {ok, Line} = file:read_line(File),
    ok = file:close(File),
    Line.
