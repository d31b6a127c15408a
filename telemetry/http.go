package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// checkLimit bounds how long a health request waits for its checks: shorter than
// the usual 10 s of those who ask.
const checkLimit = 5 * time.Second

// Pages are what a node shows over HTTP. Nil parts are left out.
type Pages struct {
	Health  *Health
	Metrics prometheus.Gatherer
	// Kafka gives the seed's health document (status, brokers, topics, timestamp;
	// or error) as JSON, and whether the cluster is healthy.
	Kafka func(ctx context.Context) (document []byte, healthy bool)
}

// Mount adds the pages to mux: GET /healthz, /readyz, /metrics, /health/kafka.
// The health pages answer 200, or 503 with the reasons.
func (p Pages) Mount(mux *http.ServeMux) {
	if p.Health != nil {
		mux.HandleFunc("GET /healthz", reportPage(p.Health.CheckLive))
		mux.HandleFunc("GET /readyz", reportPage(p.Health.CheckReady))
	}
	if p.Metrics != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(p.Metrics, promhttp.HandlerOpts{}))
	}
	if p.Kafka != nil {
		mux.HandleFunc("GET /health/kafka", func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
			defer cancel()
			document, healthy := p.Kafka(ctx)
			answer(w, document, healthy)
		})
	}
}

func reportPage(check func(context.Context) Report) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
		defer cancel()
		report := check(ctx)
		document, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, append(document, '\n'), report.OK)
	}
}

func answer(w http.ResponseWriter, document []byte, ok bool) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(document) // the asker has gone; there is no one to tell
}

// Listen opens the address of a node's pages. A taken port is an error that
// names the setting; port 0 takes any free one.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("http address %s is taken by another program: choose another one with --http-address "+
			"(http.address in the configuration, VELOX_HTTP_ADDRESS in the environment): %w", address, err)
	}
	if err != nil {
		return nil, fmt.Errorf("http address %s (--http-address): %w", address, err)
	}
	return l, nil
}

// Serve answers requests at l until ctx ends, then lets running ones finish for
// at most 2 s, and closes l. It returns nil after such an end.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("http at %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close() // what did not finish in time is cut off
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("http at %s: %w", l.Addr(), err)
	}
	return nil
}
