package main

// Channels of this length let a producer run ahead, as a mailbox does; a full one makes it wait.
const mailbox = 1024

func passAround(size, hops, operations int) result {
	channels := make([]chan int, size)
	for i := range channels {
		channels[i] = make(chan int, 1)
	}
	done := make(chan struct{})
	for i := range channels {
		go func(in <-chan int, next chan<- int) {
			for left := range in {
				if left == 0 {
					close(done)
					return
				}
				next <- left - 1
			}
		}(channels[i], channels[(i+1)%size])
	}
	return nsPerOperation(operations, func() {
		channels[0] <- hops
		<-done
	})
}

func pingPong(scale float64) result {
	trips := scaled(2_000_000, scale)
	return passAround(2, 2*trips, trips)
}

func ring(scale float64) result {
	hops := scaled(4_000_000, scale)
	return passAround(ringSize, hops, hops)
}

func fromProducers(count, rounds int) result {
	counter := make(chan int, mailbox)
	total := 0
	res := nsPerOperation(rounds*burst, func() {
		begin := make([]chan struct{}, count)
		for p := range begin {
			begin[p] = make(chan struct{}, 1)
			go func(begin <-chan struct{}) {
				for range begin {
					for i := 0; i < burst/count; i++ {
						counter <- 1
					}
				}
			}(begin[p])
		}
		for r := 0; r < rounds; r++ {
			for _, b := range begin {
				b <- struct{}{}
			}
			for i := 0; i < burst; i++ {
				total += <-counter
			}
		}
	})
	expectEqual(rounds*burst, total, "the counter")
	return res
}

func oneToOne(scale float64) result { return fromProducers(1, scaled(10, scale)) }

func fanIn(scale float64) result { return fromProducers(producers, scaled(10, scale)) }

type chat struct {
	ping bool
	from int
}

// No inbox ever holds more than a ping and a pong of each other goroutine, so none of them blocks.
func big(scale float64) result {
	rounds := scaled(500, scale)
	inboxes := make([]chan chat, bigActors)
	for i := range inboxes {
		inboxes[i] = make(chan chat, 2*bigActors)
	}
	finished := make(chan int, bigActors)
	chatter := func(self int) {
		answers, left := 0, rounds
		pingAll := func() {
			for other := range inboxes {
				if other != self {
					inboxes[other] <- chat{true, self}
				}
			}
		}
		pingAll()
		for message := range inboxes[self] {
			if message.ping {
				inboxes[message.from] <- chat{false, self}
				continue
			}
			if answers++; answers%(bigActors-1) != 0 {
				continue
			}
			if left--; left > 0 {
				pingAll()
			} else {
				finished <- answers
			}
		}
	}
	pings := rounds * bigActors * (bigActors - 1)
	total := 0
	res := nsPerOperation(pings, func() {
		for i := range inboxes {
			go chatter(i)
		}
		for range inboxes {
			total += <-finished
		}
	})
	expectEqual(pings, total, "the number of answered pings")
	return res
}
