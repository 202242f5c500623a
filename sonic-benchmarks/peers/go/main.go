// The original, github.com/talostrading/sonic, as a client under test: one goroutine, locked to its thread, polls.
//
//	tcp      sends S bytes over TCP, waits for them, N times
//	latency  sends a text message of S bytes, waits for its echo, N times
//	rate     counts what the server floods
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/talostrading/sonic"
	"github.com/talostrading/sonic/codec/websocket"
	"github.com/talostrading/sonic/sonicopts"
)

const sample = `{"e":"depthUpdate","s":"BTCUSDT","u":160,"b":[["64231.10","0.512"]]} `

type options struct {
	port, count, size, warmup int
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	flags := flag.NewFlagSet("sonic-go", flag.ExitOnError)
	var o options
	flags.IntVar(&o.port, "port", 0, "of the server on 127.0.0.1")
	flags.IntVar(&o.count, "count", 100000, "messages; rate takes the warm-up out of them")
	flags.IntVar(&o.size, "size", 128, "bytes of a message")
	flags.IntVar(&o.warmup, "warmup", -1, "messages before the measured ones; a third of the count by default")
	_ = flags.Parse(os.Args[2:])
	if o.warmup < 0 {
		o.warmup = o.count / 3
	}
	if o.port < 1 || o.port > math.MaxUint16 || o.count < 1 || o.size < 1 || o.warmup >= o.count+1 {
		usage()
	}
	runtime.LockOSThread()
	switch os.Args[1] {
	case "tcp":
		tcp(o)
	case "latency":
		latency(o)
	case "rate":
		rate(o)
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: sonic-go tcp|latency|rate --port P [--count N] [--size S] [--warmup W]")
	os.Exit(2)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sonic-go:", err)
		os.Exit(1)
	}
}

func message(size int) []byte {
	return []byte(strings.Repeat(sample, size/len(sample)+1)[:size])
}

// pollUntil polls without waiting: the loop of a program that has a CPU to itself.
func pollUntil(ioc *sonic.IO, done *bool) {
	for !*done {
		_, _ = ioc.PollOne()
	}
}

func tcp(o options) {
	ioc := sonic.MustIO()
	conn, err := sonic.Dial(ioc, "tcp", fmt.Sprintf("127.0.0.1:%d", o.port), sonicopts.NoDelay(true))
	check(err)
	trips := newTrips(o)
	request, reply := message(o.size), make([]byte, o.size)
	received, done := 0, false
	onWritten := func(err error, _ int) { check(err) }
	var onRead func(error, int)
	ping := func() {
		received = 0
		trips.sending()
		conn.AsyncWrite(request, onWritten)
		conn.AsyncRead(reply, onRead)
	}
	onRead = func(err error, n int) {
		check(err)
		received += n
		if received < o.size {
			conn.AsyncRead(reply[received:], onRead)
			return
		}
		more := trips.returned()
		checkEcho(request, reply)
		if done = !more; more {
			ping()
		}
	}
	ping()
	pollUntil(ioc, &done)
	trips.print()
}

func connect(ioc *sonic.IO, path string, o options, onConnected func(*websocket.Stream)) {
	stream, err := websocket.NewWebsocketStream(ioc, nil, websocket.RoleClient)
	check(err)
	stream.SetMaxMessageSize(1 << 20)
	stream.AsyncHandshake(fmt.Sprintf("ws://127.0.0.1:%d%s", o.port, path), func(err error) {
		check(err)
		onConnected(stream)
	})
}

func latency(o options) {
	ioc := sonic.MustIO()
	trips := newTrips(o)
	request, reply := message(o.size), make([]byte, o.size)
	done := false
	connect(ioc, "/echo", o, func(stream *websocket.Stream) {
		onWritten := func(err error) { check(err) }
		var onRead websocket.AsyncMessageCallback
		ping := func() {
			trips.sending()
			stream.AsyncWrite(request, websocket.TypeText, onWritten)
			stream.AsyncNextMessage(reply, onRead)
		}
		onRead = func(err error, n int, _ websocket.MessageType) {
			check(err)
			more := trips.returned()
			checkEcho(request, reply[:n])
			if done = !more; more {
				ping()
			}
		}
		ping()
	})
	pollUntil(ioc, &done)
	trips.print()
}

func rate(o options) {
	ioc := sonic.MustIO()
	buffer := make([]byte, 1<<20)
	messages, size, done := 0, 0, false
	var start, end time.Time
	path := fmt.Sprintf("/flood?size=%d&count=%d", o.size, o.count)
	connect(ioc, path, o, func(stream *websocket.Stream) {
		var onRead websocket.AsyncMessageCallback
		onRead = func(err error, n int, _ websocket.MessageType) {
			check(err)
			messages++
			size += n
			if messages == o.warmup {
				size, start = 0, time.Now()
			}
			if messages == o.count {
				end, done = time.Now(), true
				return
			}
			stream.AsyncNextMessage(buffer, onRead)
		}
		stream.AsyncNextMessage(buffer, onRead)
	})
	pollUntil(ioc, &done)
	counted := o.count - o.warmup
	fmt.Printf("sonic-go: messages=%d bytes=%d messages_per_s=%.0f\n",
		counted, size, float64(counted)/end.Sub(start).Seconds())
}

func checkEcho(request, reply []byte) {
	if !bytes.Equal(request, reply) {
		check(fmt.Errorf("the echo differs from the message"))
	}
}

// trips times round trips, one at a time, the warm-up left out.
type trips struct {
	samples []int64
	turn    int
	turns   int
	warmup  int
	start   time.Time
}

func newTrips(o options) *trips {
	return &trips{samples: make([]int64, 0, o.count), turns: o.warmup + o.count, warmup: o.warmup}
}

func (t *trips) sending() {
	t.start = time.Now()
}

// returned ends a round trip; false after the last one.
func (t *trips) returned() bool {
	elapsed := time.Since(t.start)
	if t.turn >= t.warmup {
		t.samples = append(t.samples, elapsed.Nanoseconds())
	}
	t.turn++
	return t.turn < t.turns
}

func (t *trips) print() {
	slices.Sort(t.samples)
	at := func(share float64) int64 {
		return t.samples[min(int(share*float64(len(t.samples))), len(t.samples)-1)]
	}
	fmt.Printf("sonic-go: p50_ns=%d p99_ns=%d p999_ns=%d max_ns=%d\n", at(0.5), at(0.99), at(0.999), at(1))
}
