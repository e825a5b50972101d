package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// PostgreSQL takes about 5 MB for each.
	maxConnections = 4
	// How long it waits between attempts to make its table, while there is no database.
	schemaEvery = time.Second
	listed      = 20
)

// Rows are made once and never changed, so that the statement may run at each start.
const schema = `CREATE TABLE IF NOT EXISTS orders (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	item text NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	created timestamptz NOT NULL DEFAULT now()
)`

// store keeps orders in PostgreSQL.
type store struct {
	pool *pgxpool.Pool
	// made is true once the table is there.
	made atomic.Bool
}

// openStore connects when it is needed, and makes its table as soon as there is a database.
func openStore(ctx context.Context, address, passwordFile string) (*store, error) {
	settings, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	settings.MaxConns = maxConnections
	settings.ConnConfig.ConnectTimeout = 3 * time.Second
	settings.ConnConfig.Tracer = otelpgx.NewTracer()
	// For each connection anew: the kubelet changes the file when the password changes, and nothing has to restart.
	settings.BeforeConnect = func(_ context.Context, connection *pgx.ConnConfig) error {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return fmt.Errorf("the password: %w", err)
		}
		connection.Password = strings.TrimSpace(string(password))
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, err
	}
	kept := &store{pool: pool}
	go kept.makeTable(ctx)
	return kept, nil
}

func (kept *store) makeTable(ctx context.Context) {
	var told string
	for {
		_, err := kept.pool.Exec(ctx, schema)
		if err == nil {
			kept.made.Store(true)
			slog.Info("the table is there")
			return
		}
		// Each reason once, and not once a second.
		if reason := err.Error(); reason != told {
			slog.Warn("there is no table yet", "error", err)
			told = reason
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(schemaEvery):
		}
	}
}

func (kept *store) ready(ctx context.Context) error {
	if !kept.made.Load() {
		return errors.New("the table is not made yet")
	}
	return kept.pool.Ping(ctx)
}

func (kept *store) close() { kept.pool.Close() }

func (kept *store) add(ctx context.Context, item string, quantity int) (order, error) {
	rows, err := kept.pool.Query(ctx,
		"INSERT INTO orders (item, quantity) VALUES ($1, $2) RETURNING id, item, quantity, created", item, quantity)
	if err != nil {
		return order{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[order])
}

func (kept *store) latest(ctx context.Context) ([]order, error) {
	rows, err := kept.pool.Query(ctx, "SELECT id, item, quantity, created FROM orders ORDER BY id DESC LIMIT $1", listed)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[order])
}
