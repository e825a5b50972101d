package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Longer than the backend's own patience with its database, so that the caller hears what that says.
const backendTimeout = 8 * time.Second

// frontend is what the edge leads to. It has no data of its own.
type frontend struct {
	orders string
	client *http.Client
}

func newFrontend(backend string) (http.Handler, error) {
	address, err := url.Parse(backend)
	if err != nil || address.Host == "" {
		return nil, fmt.Errorf("--backend %q is not a URL with a host", backend)
	}
	shop := frontend{
		orders: address.JoinPath("orders").String(),
		client: &http.Client{
			// No proxy, whatever variables say: the token goes to the backend and nowhere else.
			Transport: otelhttp.NewTransport(&http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}),
			Timeout:   backendTimeout,
			// Nor does it follow a redirect.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", shop.page)
	mux.HandleFunc("GET /orders", shop.relay)
	mux.HandleFunc("POST /orders", shop.relay)
	return observed("shop-frontend", mux), nil
}

// page answers what the shop has, and the trace of the answer.
func (shop frontend) page(w http.ResponseWriter, r *http.Request) {
	status, body, err := shop.ask(r)
	if err != nil || status != http.StatusOK {
		shop.failed(w, r, status, err)
		return
	}
	var listed struct {
		Orders json.RawMessage `json:"orders"`
	}
	if err := json.Unmarshal(body, &listed); err != nil {
		shop.failed(w, r, status, err)
		return
	}
	answer(w, r, http.StatusOK, map[string]any{
		"service": "shop-frontend",
		"trace":   traceOf(r.Context()),
		"orders":  listed.Orders,
	})
}

// relay hands a request on as it is.
func (shop frontend) relay(w http.ResponseWriter, r *http.Request) {
	status, body, err := shop.ask(r)
	if err != nil || status >= http.StatusInternalServerError {
		shop.failed(w, r, status, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// ask calls the backend in the name of the caller: with the caller's token, which the backend's waypoint wants to see,
// and as part of the caller's trace.
func (shop frontend) ask(r *http.Request) (int, []byte, error) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, shop.orders, r.Body)
	if err != nil {
		return 0, nil, err
	}
	request.ContentLength = r.ContentLength
	for _, name := range []string{"Authorization", "Content-Type"} {
		if value := r.Header.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := shop.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return response.StatusCode, body, err
}

// failed tells a refusal of the backend's (no token, no right) from a backend that is in trouble.
func (shop frontend) failed(w http.ResponseWriter, r *http.Request, status int, err error) {
	slog.ErrorContext(r.Context(), "no answer from shop-backend", "status", status, "error", err)
	if err == nil && status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		refuse(w, r, status, "shop-backend refuses the request")
		return
	}
	refuse(w, r, http.StatusBadGateway, "shop-backend has no answer")
}
