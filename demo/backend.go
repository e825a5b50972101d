package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

// order is a row of the one table.
type order struct {
	ID       int64     `json:"id"`
	Item     string    `json:"item"`
	Quantity int       `json:"quantity"`
	Created  time.Time `json:"created"`
}

// orderStore is where orders are.
type orderStore interface {
	// add keeps an order and gives it back with its number and time.
	add(ctx context.Context, item string, quantity int) (order, error)
	// latest are the last orders, the newest first.
	latest(ctx context.Context) ([]order, error)
}

const (
	queryTimeout = 5 * time.Second
	maxItem      = 100
	maxQuantity  = 1000
)

// backend keeps orders.
type backend struct {
	store   orderStore
	created metric.Int64Counter
}

func newBackend(store orderStore) (http.Handler, error) {
	created, err := otel.Meter("hearth.local/demo").Int64Counter("shop.orders", metric.WithDescription("Orders that were made."))
	if err != nil {
		return nil, err
	}
	shop := backend{store, created}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", shop.list)
	mux.HandleFunc("POST /orders", shop.take)
	return observed("shop-backend", mux), nil
}

func (shop backend) list(w http.ResponseWriter, r *http.Request) {
	within, cancel := context.WithTimeout(r.Context(), queryTimeout)
	defer cancel()
	orders, err := shop.store.latest(within)
	if err != nil {
		shop.failed(w, r, err)
		return
	}
	answer(w, r, http.StatusOK, map[string]any{"orders": orders})
}

func (shop backend) take(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Item     string `json:"item"`
		Quantity int    `json:"quantity"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&wanted)
	wanted.Item = strings.TrimSpace(wanted.Item)
	// PostgreSQL has no text with a zero byte in it.
	named := wanted.Item != "" && len(wanted.Item) <= maxItem && !strings.ContainsRune(wanted.Item, 0)
	if err != nil || decoder.More() || !named || wanted.Quantity < 1 || wanted.Quantity > maxQuantity {
		refuse(w, r, http.StatusBadRequest, `an order is {"item": "tea", "quantity": 2}`)
		return
	}
	within, cancel := context.WithTimeout(r.Context(), queryTimeout)
	defer cancel()
	made, err := shop.store.add(within, wanted.Item, wanted.Quantity)
	if err != nil {
		shop.failed(w, r, err)
		return
	}
	// With the request's context, so that the counter's exemplar is this trace.
	shop.created.Add(r.Context(), 1)
	answer(w, r, http.StatusCreated, made)
}

// failed keeps the reason in the log; it may have addresses and names in it.
func (shop backend) failed(w http.ResponseWriter, r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "no answer from the database", "error", err)
	refuse(w, r, http.StatusServiceUnavailable, "the database has no answer")
}
