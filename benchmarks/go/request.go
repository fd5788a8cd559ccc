package main

type question struct{ answer chan<- int }

func answerOnes(questions <-chan question) {
	for q := range questions {
		q.answer <- 1
	}
}

// The answer's channel is made once per asker, as a careful Go programmer would.
func askRepeatedly(target chan<- question, asks int) int {
	answer := make(chan int, 1)
	sum := 0
	for i := 0; i < asks; i++ {
		target <- question{answer}
		sum += <-answer
	}
	return sum
}

func askActor(scale float64) result {
	asks := scaled(2_000_000, scale)
	target := make(chan question, 1)
	go answerOnes(target)
	sums := make(chan int)
	sum := 0
	res := nsPerOperation(asks, func() {
		go func() { sums <- askRepeatedly(target, asks) }()
		sum = <-sums
	})
	expectEqual(asks, sum, "the sum of the answers")
	return res
}

// The main goroutine stands for a thread outside the actors.
func askThread(scale float64) result {
	asks := scaled(2_000_000, scale)
	target := make(chan question, 1)
	go answerOnes(target)
	sum := 0
	res := nsPerOperation(asks, func() { sum = askRepeatedly(target, asks) })
	expectEqual(asks, sum, "the sum of the answers")
	return res
}

// Noise is a question without an answer's channel. The channel's length bounds what the feeders have on their way.
func askBusy(scale float64) result {
	asks := scaled(600_000, scale)
	target := make(chan question, feeders*feederWindow)
	go func() {
		for q := range target {
			if q.answer != nil {
				q.answer <- 1
			}
		}
	}()
	for i := 0; i < feeders; i++ {
		go func() {
			for {
				target <- question{}
			}
		}()
	}
	sums := make(chan int)
	sum := 0
	res := nsPerOperation(asks, func() {
		go func() { sums <- askRepeatedly(target, asks) }()
		sum = <-sums
	})
	expectEqual(asks, sum, "the sum of the answers")
	return res
}
