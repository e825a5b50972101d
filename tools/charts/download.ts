/** A response's body, or why there is none, in words for a user. */
export type Download =
    | { readonly body: Buffer; readonly url: string }
    /** `unreachable`: nobody answered, so that the next question to the same host would be answered alike. */
    | {
          readonly problem: string;
          readonly status?: number;
          readonly unreachable: boolean;
          readonly challenge?: string;
      };

export interface DownloadOptions {
    readonly headers?: Readonly<Record<string, string>>;
    /** Milliseconds until the first byte of an answer must be there. Default 5000. */
    readonly answerWithin?: number;
}

/** Bytes above which a download is given up: ten times the largest index of a chart repository. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Milliseconds after which a download that has begun is given up. */
const MAX_TIME = 120_000;

/** One GET. Never throws for what the network does. Addresses in texts carry no credentials. */
export async function download(address: string, options: DownloadOptions = {}): Promise<Download> {
    const { url, headers } = withoutCredentials(address);
    const abort = new AbortController();
    const answer = setTimeout(() => abort.abort(new Error("no answer in time")), options.answerWithin ?? 5000);
    const whole = setTimeout(() => abort.abort(new Error("it took too long")), MAX_TIME);
    let answered = false;
    try {
        const response = await fetch(url, { headers: { ...headers, ...options.headers }, signal: abort.signal });
        clearTimeout(answer);
        answered = true;
        if (!response.ok) {
            await response.body?.cancel();
            const challenge = response.headers.get("www-authenticate");
            return {
                problem: `${url} answers ${response.status}`,
                status: response.status,
                unreachable: false,
                ...(challenge === null ? {} : { challenge }),
            };
        }
        return { body: await bodyOf(response), url };
    } catch (error) {
        return { problem: `${url}: ${reasonOf(error)}`, unreachable: !answered };
    } finally {
        clearTimeout(answer);
        clearTimeout(whole);
    }
}

async function bodyOf(response: Response): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
        parts.push(part);
        length += part.length;
        if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    }
    return Buffer.concat(parts);
}

/** `fetch` refuses addresses with credentials in them, and no message may show them. */
function withoutCredentials(address: string): { url: string; headers: Record<string, string> } {
    const url = new URL(address);
    if (url.username === "" && url.password === "") return { url: url.href, headers: {} };
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    url.username = "";
    url.password = "";
    return { url: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}

/** An address as it may be shown. */
export function redacted(address: string): string {
    return address.replace(/^([a-z]+:\/\/)[^@/]*@/, "$1");
}

/** `fetch` says "fetch failed" and hides the reason in its cause, which may be several. */
function reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (error.cause instanceof AggregateError) return error.cause.errors.map(reasonOf).join("; ");
    return error.cause instanceof Error ? error.cause.message : error.message;
}
