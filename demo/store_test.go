package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// databaseVariable names a database that tests may write into; make test-programs starts one where PostgreSQL is.
const databaseVariable = "HEARTH_TEST_DEMO_DATABASE"

func openTest(t *testing.T) *store {
	t.Helper()
	address, password := os.Getenv(databaseVariable), os.Getenv(databaseVariable+"_PASSWORD")
	if address == "" {
		t.Skip(databaseVariable + " names no database")
	}
	file := filepath.Join(t.TempDir(), "password")
	// A wrong one first: what the file says is read for each connection.
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("wrong")
	kept := must(openStore(t.Context(), address, file))(t)
	t.Cleanup(kept.close)
	write(password + "\n")
	for deadline := time.Now().Add(20 * time.Second); kept.ready(t.Context()) != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(kept.ready(t.Context()))
		}
	}
	return kept
}

func TestOrdersAreInTheDatabase(t *testing.T) {
	first, second := openTest(t), openTest(t)
	made := must(first.add(t.Context(), "tea; DROP TABLE orders", 2))(t)
	orders := must(second.latest(t.Context()))(t)
	if len(orders) == 0 || orders[0] != made || made.Quantity != 2 || time.Since(made.Created) > time.Minute {
		t.Errorf("made %v, found %v", made, orders)
	}
	for range listed {
		must(second.add(t.Context(), "coffee", 1))(t)
	}
	if orders := must(first.latest(t.Context()))(t); len(orders) != listed || orders[0].Item != "coffee" {
		t.Errorf("found %v", orders)
	}
}

func TestADatabaseThatIsNotThereIsNoReasonToEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	kept := must(openStore(t.Context(), "postgres://127.0.0.1:1/shop?sslmode=disable", file))(t)
	defer kept.close()
	if kept.ready(t.Context()) == nil {
		t.Error("ready without a table")
	}
	within, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := kept.latest(within); err == nil {
		t.Error("orders without a database")
	}
}
