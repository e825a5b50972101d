package main

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
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	parent  = "00-" + traceID + "-b7ad6b7169203331-01"
)

var (
	signals telemetry
	lines   safeBuffer
)

// safeBuffer takes lines of several requests at once.
type safeBuffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (buffer *safeBuffer) Write(text []byte) (int, error) {
	buffer.mutex.Lock()
	defer buffer.mutex.Unlock()
	return buffer.bytes.Write(text)
}

func (buffer *safeBuffer) String() string {
	buffer.mutex.Lock()
	defer buffer.mutex.Unlock()
	return buffer.bytes.String()
}

func TestMain(m *testing.M) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_METRICS_EXPORTER"} {
		os.Unsetenv(name)
	}
	slog.SetDefault(newLogger(&lines, "test"))
	started, err := startTelemetry(context.Background(), "test")
	if err != nil {
		panic(err)
	}
	signals = started
	os.Exit(m.Run())
}

// memory keeps orders without a database.
type memory struct {
	orders []order
	err    error
}

func (kept *memory) add(_ context.Context, item string, quantity int) (order, error) {
	made := order{ID: int64(len(kept.orders) + 1), Item: item, Quantity: quantity, Created: time.Unix(0, 0).UTC()}
	kept.orders = append([]order{made}, kept.orders...)
	return made, kept.err
}

func (kept *memory) latest(context.Context) ([]order, error) { return kept.orders, kept.err }

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func call(handler http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for index := 0; index+1 < len(headers); index += 2 {
		request.Header.Set(headers[index], headers[index+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func expect(t *testing.T, answer *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	if answer.Code != status {
		t.Errorf("status %d instead of %d: %s", answer.Code, status, answer.Body)
	}
	for _, part := range parts {
		if !strings.Contains(answer.Body.String(), part) {
			t.Errorf("no %q in %s", part, answer.Body)
		}
	}
}

// shop is both services, the frontend calling the backend as it does in a cluster.
func shop(t *testing.T, store orderStore) (http.Handler, *http.Request) {
	t.Helper()
	var seen http.Request
	backend := must(newBackend(store))(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = *r.Clone(context.Background())
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return must(newFrontend(server.URL))(t), &seen
}

func TestTheFrontendAnswersWithWhatTheBackendHas(t *testing.T) {
	frontend, _ := shop(t, &memory{})
	expect(t, call(frontend, "GET", "/", ""), 200, `"orders":null`, `"service":"shop-frontend"`)
	expect(t, call(frontend, "POST", "/orders", `{"item":"tea","quantity":2}`), 201, `"id":1`, `"item":"tea"`)
	expect(t, call(frontend, "GET", "/", "", "traceparent", parent), 200, `"item":"tea"`, `"trace":"`+traceID+`"`)
	expect(t, call(frontend, "GET", "/orders", ""), 200, `"quantity":2`)
	expect(t, call(frontend, "GET", "/elsewhere", ""), 404)
}

func TestTheCallersTokenAndTraceGoOnToTheBackend(t *testing.T) {
	frontend, seen := shop(t, &memory{})
	call(frontend, "GET", "/", "", "Authorization", "Bearer abc", "Cookie", "a=b", "traceparent", parent)
	if got := seen.Header.Get("Authorization"); got != "Bearer abc" {
		t.Errorf("the backend got the token %q", got)
	}
	if got := seen.Header.Get("Cookie"); got != "" {
		t.Errorf("the backend got the cookie %q", got)
	}
	handed := seen.Header.Get("traceparent")
	if !strings.HasPrefix(handed, "00-"+traceID) || handed == parent {
		t.Errorf("the backend is part of %q", handed)
	}
	call(frontend, "GET", "/", "")
	if _, there := seen.Header["Authorization"]; there {
		t.Error("a token was made up")
	}
}

func TestARefusalOfTheBackendIsToldAsOne(t *testing.T) {
	visits := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits++ }))
	defer thief.Close()
	status := 0
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status == http.StatusFound {
			w.Header().Set("Location", thief.URL)
		}
		w.WriteHeader(status)
	}))
	frontend := must(newFrontend(backend.URL))(t)
	for given, told := range map[int]int{401: 401, 403: 403, 500: 502, 302: 502} {
		status = given
		expect(t, call(frontend, "GET", "/", ""), told, `"error"`, `"trace"`)
	}
	if visits > 0 {
		t.Error("a redirect was followed")
	}
	status = 503
	expect(t, call(frontend, "POST", "/orders", "{}"), 502)
	backend.Close()
	expect(t, call(frontend, "GET", "/", ""), 502, "has no answer")
}

func TestAnOrderThatIsNoneIsRefused(t *testing.T) {
	kept := &memory{}
	backend := must(newBackend(kept))(t)
	for _, body := range []string{
		"", "{", "[]", `{"item":"tea"}`, `{"item":" ","quantity":1}`, `{"item":"tea","quantity":0}`,
		`{"item":"tea","quantity":1001}`, `{"item":"tea","quantity":1,"price":3}`, `{"item":"tea","quantity":1}{}`,
		`{"item":"a\u0000b","quantity":1}`, `{"item":"` + strings.Repeat("x", maxItem+1) + `","quantity":1}`,
		`{"item":"` + strings.Repeat("x", maxBody) + `","quantity":1}`,
	} {
		expect(t, call(backend, "POST", "/orders", body), 400)
	}
	if len(kept.orders) > 0 {
		t.Errorf("kept %v", kept.orders)
	}
	expect(t, call(backend, "DELETE", "/orders", ""), 405)
}

func TestTroubleWithTheDatabaseStaysInTheLog(t *testing.T) {
	backend := must(newBackend(&memory{err: errors.New("host postgresql.database.svc")}))(t)
	for _, answer := range []*httptest.ResponseRecorder{
		call(backend, "GET", "/orders", ""), call(backend, "POST", "/orders", `{"item":"tea","quantity":1}`),
	} {
		expect(t, answer, 503)
		if strings.Contains(answer.Body.String(), "postgresql") {
			t.Errorf("told: %s", answer.Body)
		}
	}
	if !strings.Contains(lines.String(), "postgresql.database.svc") {
		t.Error("the log has no reason")
	}
}

func TestLinesOfTheLogHaveTheIdsOfTheirSpan(t *testing.T) {
	backend := must(newBackend(&memory{}))(t)
	before := len(lines.String())
	call(backend, "GET", "/orders", "", "traceparent", parent)
	call(backend, "GET", "/healthz", "")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines.String()[before:]), &line); err != nil {
		t.Fatalf("not one line of JSON, %v: %s", err, lines.String()[before:])
	}
	span, _ := line["span_id"].(string)
	if line["trace_id"] != traceID || !regexp.MustCompile("^[0-9a-f]{16}$").MatchString(span) || line["path"] != "/orders" {
		t.Errorf("%v", line)
	}
}

func TestPrometheusGetsExemplarsThatLeadToTraces(t *testing.T) {
	backend := must(newBackend(&memory{}))(t)
	call(backend, "POST", "/orders", `{"item":"tea","quantity":1}`, "traceparent", parent)
	told := call(signals.metrics, "GET", "/metrics", "", "Accept", "application/openmetrics-text; version=1.0.0")
	for _, pattern := range []string{
		`shop_orders_total\S* \S+ # \{[^}]*trace_id="` + traceID + `"`,
		`http_server_request_duration_seconds_bucket\{[^}]*http_route="/orders"[^}]*\} \S+ # \{[^}]*trace_id="`,
	} {
		if !regexp.MustCompile(pattern).MatchString(told.Body.String()) {
			t.Errorf("no %s in\n%s", pattern, told.Body)
		}
	}
	if strings.Contains(told.Body.String(), "/healthz") {
		t.Error("probes are counted")
	}
}

func TestLivenessNeedsNoDatabase(t *testing.T) {
	var trouble error = errors.New("no database")
	admin := adminHandler(func(context.Context) error { return trouble }, signals.metrics)
	expect(t, call(admin, "GET", "/healthz", ""), 200)
	expect(t, call(admin, "GET", "/readyz", ""), 503)
	trouble = nil
	expect(t, call(admin, "GET", "/readyz", ""), 200)
}

func TestCallersGetNoMetrics(t *testing.T) {
	backend := must(newBackend(&memory{}))(t)
	frontend, _ := shop(t, &memory{})
	for _, handler := range []http.Handler{backend, frontend} {
		expect(t, call(handler, "GET", "/metrics", ""), 404)
		expect(t, call(handler, "GET", "/healthz", ""), 200)
	}
}

func TestWhatIsUnderWayComesToItsEnd(t *testing.T) {
	address := func() string {
		listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
		defer listener.Close()
		return listener.Addr().String()
	}
	given := settings{listen: address(), admin: address()}
	entered, release := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, given, slow, adminHandler(nil, signals.metrics)) }()
	got := make(chan string, 1)
	go func() {
		for {
			response, err := http.Get("http://" + given.listen)
			if err != nil {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			got <- string(body)
			return
		}
	}()
	<-entered
	stop()
	time.Sleep(lameDuck + 100*time.Millisecond)
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if body := <-got; body != "done" {
		t.Errorf("got %q", body)
	}
	ending.Store(false)
}

func TestArgumentsThatSayTooLittleAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{}, {"shop"}, {"shop-frontend"}, {"shop-backend", "--database=postgres://a/b"}, {"shop-backend", "--password-file=a"},
		{"shop-frontend", "--backend=http://a", "more"}, {"--backend=http://a"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	must(parse([]string{"shop-frontend", "--backend=http://a"}))(t)
	must(parse([]string{"shop-backend", "--database=postgres://a/b", "--password-file=c"}))(t)
	if _, err := newFrontend("shop-backend:8080"); err == nil {
		t.Error("a backend without a host was taken")
	}
}
