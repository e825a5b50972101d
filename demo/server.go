package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/felixge/httpsnoop"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

const (
	// Whoever still has the pod's address from before its end gets an answer for so long.
	lameDuck = 2 * time.Second
	// Then what is under way has so long to come to its end. Together well below the 30 s that a pod is given.
	drain = 10 * time.Second
	// A token of an identity provider with many claims fits in.
	maxHeaders = 32 << 10
	// Of a request or an answer; an order has 60 bytes.
	maxBody = 64 << 10
)

// readiness tells why there can be no good answers now.
type readiness func(context.Context) error

// serve answers callers at one port, probes and Prometheus at another one, to which no route leads.
func serve(ctx context.Context, given settings, callers, admin http.Handler) error {
	servers := []*http.Server{newServer(given.listen, callers), newServer(given.admin, admin)}
	failed := make(chan error, len(servers))
	for _, server := range servers {
		go func() { failed <- server.ListenAndServe() }()
	}
	slog.Info("serving", "listen", given.listen, "admin", given.admin)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending.Store(true)
	slog.Info("ending")
	time.Sleep(lameDuck)
	within, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Shutdown(within))
	}
	return errors.Join(errs...)
}

// ending is true once the program was told to end: it is ready no more.
var ending atomic.Bool

func newServer(address string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    maxHeaders,
	}
}

// adminHandler answers the kubelet and Prometheus. That the program lives does not depend on its database: a restart
// would not bring that back.
func adminHandler(ready readiness, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		within, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := ready(within); err != nil || ending.Load() {
			// The reason may have an address in it, and is for the log.
			slog.WarnContext(r.Context(), "not ready", "error", err)
			answer(w, r, http.StatusServiceUnavailable, map[string]string{"status": "not ready"})
			return
		}
		alive(w, r)
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}

// alive answers without a look at anything, a database least of all.
func alive(w http.ResponseWriter, r *http.Request) {
	answer(w, r, http.StatusOK, map[string]string{"status": "ok"})
}

// observed gives each request a span, a line of the log with the span's ids, and its place in the metrics.
func observed(role string, mux *http.ServeMux) http.Handler {
	mux.HandleFunc("GET /healthz", alive)
	logged := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		seen := httpsnoop.CaptureMetrics(mux, w, r)
		if r.URL.Path != "/healthz" {
			slog.InfoContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path,
				"status", seen.Code, "ms", seen.Duration.Milliseconds())
		}
	})
	return otelhttp.NewHandler(logged, role, otelhttp.WithFilter(func(r *http.Request) bool {
		return r.URL.Path != "/healthz"
	}))
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, r *http.Request, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.WarnContext(r.Context(), "the caller has gone", "error", err)
	}
}

// refuse answers with a reason, and with the trace by which it can be looked up.
func refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	answer(w, r, status, map[string]string{"error": reason, "trace": traceOf(r.Context())})
}
