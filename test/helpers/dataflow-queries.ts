/** One series of an instant query, without its value. */
export type Labels = Readonly<Record<string, string>>;

/** A log line with all that Loki knows of it. */
export interface StoredLine {
    readonly line: string;
    readonly labels: Labels;
}

async function json(url: string): Promise<unknown> {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
    return JSON.parse(text);
}

/** Series of an instant query. @param prometheus address without a path */
export async function series(prometheus: string, query: string): Promise<readonly Labels[]> {
    const answer = (await json(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`)) as {
        readonly data: { readonly result: readonly { readonly metric: Labels }[] };
    };
    return answer.data.result.map(({ metric }) => metric);
}

/** Exemplars of the last hour: labels of the series, and of the exemplar itself. */
export async function exemplars(
    prometheus: string,
    query: string,
): Promise<readonly { readonly of: Labels; readonly labels: Labels }[]> {
    const [start, end] = [Date.now() - 3_600_000, Date.now() + 60_000].map((time) => String(time / 1000));
    const search = new URLSearchParams({ query, start: start ?? "", end: end ?? "" });
    const answer = (await json(`${prometheus}/api/v1/query_exemplars?${search}`)) as {
        readonly data: readonly { readonly seriesLabels: Labels; readonly exemplars: readonly { labels: Labels }[] }[];
    };
    return answer.data.flatMap(({ seriesLabels, exemplars: found }) =>
        found.map(({ labels }) => ({ of: seriesLabels, labels })),
    );
}

/** Log lines of the last hour. @param loki address without a path */
export async function logLines(loki: string, query: string): Promise<readonly StoredLine[]> {
    const search = new URLSearchParams({ query, start: `${Date.now() - 3_600_000}000000`, limit: "100" });
    const answer = (await json(`${loki}/loki/api/v1/query_range?${search}`)) as {
        readonly data: { readonly result: readonly { stream: Labels; values: readonly (readonly string[])[] }[] };
    };
    return answer.data.result.flatMap(({ stream, values }) =>
        values.map(([, line = ""]) => ({ line, labels: stream })),
    );
}

/** Labels of the alerts that Alertmanager has. @param alertmanager address without a path */
export async function alerts(alertmanager: string): Promise<readonly Labels[]> {
    const answer = (await json(`${alertmanager}/api/v2/alerts`)) as readonly { readonly labels: Labels }[];
    return answer.map(({ labels }) => labels);
}
