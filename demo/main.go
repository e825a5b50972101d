// The demo: a shop of two services, to be seen in Grafana and Hubble. One program has both roles, so that there is one
// image; the first argument says which.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

const usage = `Usage: shop shop-frontend --backend URL [FLAGS]
       shop shop-backend --database URL --password-file FILE [FLAGS]

Traces go where OTEL_EXPORTER_OTLP_ENDPOINT says, metrics there too where OTEL_METRICS_EXPORTER is otlp;
else they wait at /metrics of the admin port.

`

// settings are what the arguments say.
type settings struct {
	role         string
	listen       string
	admin        string
	backend      string
	database     string
	passwordFile string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	given, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		slog.SetDefault(newLogger(os.Stdout, given.role))
		err = run(ctx, given)
	}
	if err != nil {
		slog.Error("ended", "error", err)
		os.Exit(1)
	}
}

// parse reads the arguments; each role refuses to be without what it needs.
func parse(args []string) (settings, error) {
	var given settings
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&given.listen, "listen", ":8080", "address for callers")
	flags.StringVar(&given.admin, "admin", ":8081", "address for probes and metrics")
	flags.StringVar(&given.backend, "backend", "", "URL of shop-backend")
	flags.StringVar(&given.database, "database", "", "URL of the database, without a password")
	flags.StringVar(&given.passwordFile, "password-file", "", "file with the database's password, read for each connection")
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		given.role, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return given, err
	}
	needed := map[string]map[string]string{
		"shop-frontend": {"backend": given.backend},
		"shop-backend":  {"database": given.database, "password-file": given.passwordFile},
	}
	needs, known := needed[given.role]
	if !known {
		return given, fmt.Errorf("%q is neither shop-frontend nor shop-backend", given.role)
	}
	for name, value := range needs {
		if value == "" {
			return given, fmt.Errorf("%s needs --%s", given.role, name)
		}
	}
	if flags.NArg() > 0 {
		return given, fmt.Errorf("%q means nothing here", flags.Arg(0))
	}
	return given, nil
}

// run serves until the context ends, and gives everything that is under way time to come to its end.
func run(ctx context.Context, given settings) error {
	signals, err := startTelemetry(ctx, given.role)
	if err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	defer signals.flush()
	handler, ready, end, err := service(ctx, given)
	if err != nil {
		return err
	}
	defer end()
	return serve(ctx, given, handler, adminHandler(ready, signals.metrics))
}

// service makes what a role answers, what tells whether it can, and what ends it.
func service(ctx context.Context, given settings) (http.Handler, readiness, func(), error) {
	if given.role == "shop-frontend" {
		handler, err := newFrontend(given.backend)
		return handler, func(context.Context) error { return nil }, func() {}, err
	}
	store, err := openStore(ctx, given.database, given.passwordFile)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("database: %w", err)
	}
	handler, err := newBackend(store)
	return handler, store.ready, store.close, err
}
