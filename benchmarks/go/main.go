// The workloads in Go: goroutines and channels. Shapes are those of harness/shape.hpp; operation counts are Go's own.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	ringSize      = 503
	burst         = 1_000_000
	producers     = 10
	feeders       = 2
	feederWindow  = 32
	skynetLeaves  = 1_000_000
	skynetFanout  = 10
	skynetActors  = 1_111_111
	skynetSum     = skynetLeaves * (skynetLeaves - 1) / 2
	bigActors     = 120
	spawnWave     = 10_000
	footprint     = 1_000_000
	footprintWave = 1_000
	idleActors    = 10_000
	idleSeconds   = 10
)

type result struct {
	value      float64
	unit       string
	operations int
}

// fan_in_threads is missing: Go has goroutines where others have threads, and fan_in_actors measures those.
var workloads = map[string]func(scale float64) result{
	"ping_pong":       pingPong,
	"ring":            ring,
	"one_to_one":      oneToOne,
	"fan_in_actors":   fanIn,
	"ask_actor":       askActor,
	"ask_thread":      askThread,
	"ask_busy":        askBusy,
	"skynet":          skynet,
	"big":             big,
	"spawn":           spawn,
	"bytes_per_actor": bytesPerActor,
	"idle_cpu":        idleCPU,
}

func scaled(count int, scale float64) int {
	if n := int(float64(count) * scale); n > 1 {
		return n
	}
	return 1
}

func nsPerOperation(operations int, work func()) result {
	begin := time.Now()
	work()
	return result{float64(time.Since(begin).Nanoseconds()) / float64(operations), "ns", operations}
}

func expectEqual(expected, actual int, what string) {
	if expected != actual {
		fmt.Fprintf(os.Stderr, "The result is wrong: %s should be %d and is %d.\n", what, expected, actual)
		os.Exit(1)
	}
}

func usage() {
	var names []string
	for name := range workloads {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "Usage: %s <workload> [scale], where scale is above 0 and <workload> is one of: %s.\n",
		os.Args[0], strings.Join(names, " "))
	os.Exit(2)
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 || workloads[os.Args[1]] == nil {
		usage()
	}
	scale := 1.0
	if len(os.Args) == 3 {
		var err error
		if scale, err = strconv.ParseFloat(os.Args[2], 64); err != nil || !(scale > 0) {
			usage()
		}
	}
	r := workloads[os.Args[1]](scale)
	fmt.Printf("{\"workload\": \"%s\", \"impl\": \"go\", \"unit\": \"%s\", \"value\": %.4f, \"operations\": %d}\n",
		os.Args[1], r.unit, r.value, r.operations)
}
