package report

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium that a test drives through a pair of pipes, in the
// browser's own protocol: JSON messages, each ended by a zero byte.
type browser struct {
	t       *testing.T
	ctx     context.Context
	to      io.Writer
	session string

	mu       sync.Mutex
	next     int
	replies  map[int]chan reply
	problems []string // what the page's console tells of
}

type reply struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// openBrowser starts a browser. Without one the test is left out, unless
// VELOX_REQUIRE_BROWSER is set: then it fails.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch {
	case path == "" && os.Getenv("VELOX_REQUIRE_BROWSER") != "":
		t.Fatal("VELOX_REQUIRE_BROWSER is set, and there is no chromium: install the package chromium")
	case path == "":
		t.Skip("no chromium here, so the page is not looked at in a browser")
	case testing.Short():
		t.Skip("a browser takes seconds to start")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Minute) // the test's own ends before its clean-up
	t.Cleanup(cancel)
	in, to := pipe(t)
	from, out := pipe(t)
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe")
	cmd.ExtraFiles = []*os.File{in, out} // its descriptors 3 and 4
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	_, _ = in.Close(), out.Close() // the browser has them
	b := &browser{t: t, ctx: ctx, to: to, replies: make(map[int]chan reply)}
	var reading sync.WaitGroup
	reading.Go(func() { b.read(from) })
	t.Cleanup(func() {
		b.session = ""
		_ = b.try("Browser.close", nil, nil)
		err := cmd.Wait()
		_ = to.Close()
		reading.Wait()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Logf("the browser ended with %v", err)
		}
	})
	return b
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// read takes in what the browser says, until it ends.
func (b *browser) read(from *os.File) {
	defer func() { _ = from.Close() }()
	lines := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := lines.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if err := json.Unmarshal(text[:len(text)-1], &r); err != nil {
			return
		}
		b.mu.Lock()
		switch waiting := b.replies[r.ID]; {
		case waiting != nil:
			delete(b.replies, r.ID)
			waiting <- r
		case r.Method == "Runtime.exceptionThrown" || r.Method == "Log.entryAdded" || r.Method == "Runtime.consoleAPICalled":
			b.problems = append(b.problems, r.Method+" "+string(r.Params))
		}
		b.mu.Unlock()
	}
}

// try calls a method of the browser and waits for its result.
func (b *browser) try(method string, params, result any) error {
	waiting := make(chan reply, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.replies[id] = waiting
	b.mu.Unlock()
	message := map[string]any{"id": id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-waiting:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-b.ctx.Done():
		return fmt.Errorf("%s: %w", method, b.ctx.Err())
	}
}

func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	if err := b.try(method, params, result); err != nil {
		b.t.Fatal(err)
	}
}

// in makes a test of a part the one that fails.
func (b *browser) in(t *testing.T) *browser {
	whole := b.t
	b.t = t
	t.Cleanup(func() { b.t = whole })
	return b
}

// complaints gives what the console has told of since the last time.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.problems
	b.problems = nil
	return out
}

// show loads a file in a window of a width, in light or dark, or as print shows it
// on a machine that is dark.
func (b *browser) show(path string, width int, scheme string) {
	b.t.Helper()
	if b.session == "" {
		var target struct{ TargetID string }
		b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
		var attached struct{ SessionID string }
		b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
		b.session = attached.SessionID
		for _, domain := range []string{"Page", "Runtime", "Log"} {
			b.call(domain+".enable", nil, nil)
		}
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	media := map[string]any{"media": "", "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}
	if scheme == "print" {
		media = map[string]any{"media": "print", "features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}
	}
	b.call("Emulation.setEmulatedMedia", media, nil)
	b.call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	b.eval(`new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', () => done()))`, nil)
}

// eval gives the value of an expression, or of what it promises.
func (b *browser) eval(expression string, value any) {
	b.t.Helper()
	var out struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception json.RawMessage `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &out)
	if out.Exception != nil {
		b.t.Fatalf("%s: %s", expression, out.Exception)
	}
	if value != nil {
		if err := json.Unmarshal(out.Result.Value, value); err != nil {
			b.t.Fatalf("%s: %v in %s", expression, err, out.Result.Value)
		}
	}
}

// mouse moves the pointer to a place of the window, or presses or releases its
// button there.
func (b *browser) mouse(what string, x, y float64) {
	b.t.Helper()
	b.call("Input.dispatchMouseEvent", map[string]any{"type": what, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
}

// key presses a key.
func (b *browser) key(name string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": name}, nil)
	}
}
