package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/velox-trading/velox/trading/zone"
)

func TestHealthReports(t *testing.T) {
	var h Health
	if r := h.CheckReady(t.Context()); !r.OK || len(r.Checks) != 0 {
		t.Errorf("without checks: %+v", r)
	}
	var shards Status
	h.Live("node", func(context.Context) error { return nil })
	h.Ready("shards", shards.Check)
	shards.Set(errors.New("2 of 6 symbol shards are restoring"))
	if r := h.CheckLive(t.Context()); !r.OK {
		t.Errorf("a node that is not ready must still be live: %+v", r)
	}
	r := h.CheckReady(t.Context())
	want := []CheckResult{{Name: "node", OK: true}, {Name: "shards", Reason: "2 of 6 symbol shards are restoring"}}
	if r.OK || len(r.Checks) != 2 || r.Checks[0] != want[0] || r.Checks[1] != want[1] {
		t.Errorf("ready report is %+v, want %+v", r, want)
	}
	shards.Set(nil)
	if r := h.CheckReady(t.Context()); !r.OK {
		t.Errorf("after recovery: %+v", r)
	}
	h.Live("node", func(context.Context) error { return errors.New("escalated") })
	if r := h.CheckReady(t.Context()); r.OK {
		t.Error("a node that is not live must not be ready")
	}
	h.Remove("node")
	if r := h.CheckReady(t.Context()); !r.OK || len(r.Checks) != 1 {
		t.Errorf("after Remove: %+v", r)
	}
}

func TestHungAndPanickingChecksFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Health
		h.Ready("hangs", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second) // slow to give up, too
			return nil
		})
		h.Ready("panics", func(context.Context) error { panic("boom") })
		h.Ready("well", func(context.Context) error { return nil })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r := h.CheckReady(ctx)
		reasons := map[string]string{}
		for _, c := range r.Checks {
			reasons[c.Name] = c.Reason
		}
		if r.OK || reasons["hangs"] != "no answer within 5s" || reasons["panics"] != "the check panicked: boom" || reasons["well"] != "" {
			t.Errorf("report is %+v", r)
		}
		time.Sleep(2 * time.Second) // virtual: the late answer must find its end
	})
}

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestPages(t *testing.T) {
	reg := prometheus.NewRegistry()
	NewMetrics(reg).Ticks.Add(3)
	var h Health
	h.Ready("kafka", func(context.Context) error { return errors.New("no broker answers at localhost:9092") })
	healthy := true
	mux := http.NewServeMux()
	Pages{Health: &h, Metrics: reg, Kafka: func(context.Context) ([]byte, bool) {
		return []byte(`{"status":"healthy"}`), healthy
	}}.Mount(mux)

	if code, body := get(t, mux, "/healthz"); code != http.StatusOK || !strings.Contains(body, `"ok": true`) {
		t.Errorf("/healthz: %d %s", code, body)
	}
	code, body := get(t, mux, "/readyz")
	var report Report
	if err := json.Unmarshal([]byte(body), &report); err != nil || code != http.StatusServiceUnavailable ||
		report.Checks[0].Reason != "no broker answers at localhost:9092" {
		t.Errorf("/readyz: %d %s (%v)", code, body, err)
	}
	if code, body := get(t, mux, "/metrics"); code != http.StatusOK || !strings.Contains(body, "velox_ticks_total 3") {
		t.Errorf("/metrics: %d %s", code, body)
	}
	if code, body := get(t, mux, "/health/kafka"); code != http.StatusOK || body != `{"status":"healthy"}` {
		t.Errorf("/health/kafka: %d %s", code, body)
	}
	healthy = false
	if code, _ := get(t, mux, "/health/kafka"); code != http.StatusServiceUnavailable {
		t.Errorf("/health/kafka of an unhealthy cluster: %d", code)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/healthz", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /healthz: %d", w.Code)
	}
}

func TestServeAndATakenPort(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(l.Addr().String()); err == nil || !strings.Contains(err.Error(), "--http-address") {
		t.Errorf("a taken port gives %v, want an error that names the flag", err)
	}
	if _, err := Listen("127.0.0.1:notaport"); err == nil || !strings.Contains(err.Error(), "--http-address") {
		t.Errorf("a wrong address gives %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	mux := http.NewServeMux()
	Pages{Health: &Health{}}.Mount(mux)
	go func() { ended <- Serve(ctx, l, mux, slog.New(slog.DiscardHandler)) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String()+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve ended with %v", err)
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("the address still answers")
	}
}

func TestServeTellsOfABrokenListener(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := Serve(t.Context(), l, http.NewServeMux(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("want an error")
	}
}

func TestNewLogger(t *testing.T) {
	var b bytes.Buffer
	logger, err := NewLogger(&b, "WARN", "json")
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("left out")
	logger.Warn("kept", "partition", 3)
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil || line["msg"] != "kept" || line["partition"] != 3.0 {
		t.Errorf("logged %q (%v)", b.String(), err)
	}
	for _, bad := range [][2]string{{"loud", "text"}, {"info", "xml"}} {
		if _, err := NewLogger(&b, bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), "want one of") {
			t.Errorf("%v gives %v", bad, err)
		}
	}
}

func TestReadBuild(t *testing.T) {
	b := ReadBuild()
	if b.Version == "" || b.Go == "" || !strings.HasPrefix(b.String(), "veloxd ") || !strings.HasSuffix(b.String(), ", time zones "+zone.Version()) {
		t.Errorf("build is %+v", b)
	}
	b.Revision = "abc"
	if !strings.Contains(b.String(), "(abc)") {
		t.Errorf("no revision in %q", b)
	}
}
