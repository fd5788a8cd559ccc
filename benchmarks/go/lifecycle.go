package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func skynetNode(parent chan<- int, number, leaves int) {
	if leaves == 1 {
		parent <- number
		return
	}
	children := make(chan int, skynetFanout)
	share := leaves / skynetFanout
	for i := 0; i < skynetFanout; i++ {
		go skynetNode(children, number+i*share, share)
	}
	sum := 0
	for i := 0; i < skynetFanout; i++ {
		sum += <-children
	}
	parent <- sum
}

func skynet(scale float64) result {
	trees := scaled(2, scale)
	sum := 0
	res := nsPerOperation(trees*skynetActors, func() {
		for i := 0; i < trees; i++ {
			root := make(chan int)
			go skynetNode(root, 0, skynetLeaves)
			sum += <-root
		}
	})
	expectEqual(trees*skynetSum, sum, "the sum of the leaves")
	return res
}

// A goroutine with an inbox, which ends at its first message.
func spawn(scale float64) result {
	waves := scaled(100, scale)
	return nsPerOperation(waves*spawnWave, func() {
		for w := 0; w < waves; w++ {
			var gone sync.WaitGroup
			gone.Add(spawnWave)
			for i := 0; i < spawnWave; i++ {
				inbox := make(chan struct{}, 1)
				go func() {
					<-inbox
					gone.Done()
				}()
				inbox <- struct{}{}
			}
			gone.Wait()
		}
	})
}

type trivial struct {
	inbox chan *sync.WaitGroup
	value int
}

func (t *trivial) run() {
	for used := range t.inbox {
		t.value++
		used.Done()
	}
}

func spawnAndUse(count int) []*trivial {
	all := make([]*trivial, 0, count)
	for len(all) < count {
		wave := footprintWave
		if count-len(all) < wave {
			wave = count - len(all)
		}
		var used sync.WaitGroup
		used.Add(wave)
		for i := 0; i < wave; i++ {
			t := &trivial{inbox: make(chan *sync.WaitGroup, 1)}
			go t.run()
			t.inbox <- &used
			all = append(all, t)
		}
		used.Wait()
	}
	return all
}

func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	var total, resident int
	if err == nil {
		_, err = fmt.Sscan(string(text), &total, &resident)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "/proc/self/statm can't be read: %v.\n", err)
		os.Exit(1)
	}
	return resident * os.Getpagesize()
}

func bytesPerActor(scale float64) result {
	count := scaled(footprint, scale)
	before := residentBytes()
	all := spawnAndUse(count)
	used := residentBytes() - before - 8*count // the slice of pointers is not the goroutines'
	runtime.KeepAlive(all)
	return result{float64(used) / float64(count), "bytes", count}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fmt.Fprintf(os.Stderr, "getrusage failed: %v.\n", err)
		os.Exit(1)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func idleCPU(scale float64) result {
	count := scaled(idleActors, scale)
	all := spawnAndUse(count)
	time.Sleep(100 * time.Millisecond)
	before := cpuSeconds()
	time.Sleep(idleSeconds * time.Second)
	used := cpuSeconds() - before
	runtime.KeepAlive(all)
	return result{used, "s", count}
}
