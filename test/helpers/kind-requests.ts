import type { MeshAnswer } from "./mesh-semantics";
import { onNode, type PodNetwork } from "./kind-probes";
import type { KindStack } from "./kind-stack";

/** One HTTP request to the program of kind-program.ts. */
export interface HttpRequest {
    readonly address: string;
    readonly port: number;
    /** With its query. */
    readonly path: string;
    /** In the header `Authorization`. */
    readonly token?: string;
}

/** Seconds for an answer: ztunnel tries for 10 to reach a waypoint that is not there. */
const PATIENCE = 15;

/** Bash that makes the requests of its standard input, and prints number and status line of each. */
const SCRIPT = `
ask() {
    status=$(timeout ${PATIENCE} bash -c '
        exec 3<>"/dev/tcp/$1/$2" || exit 1
        printf "GET %s HTTP/1.1\\r\\nHost: kind-test.example\\r\\nConnection: close\\r\\n" "$3" >&3
        [ -z "$TOKEN" ] || printf "Authorization: Bearer %s\\r\\n" "$TOKEN" >&3
        printf "\\r\\n" >&3
        head -n 1 <&3
    ' ask "$2" "$3" "$4" 2>/dev/null)
    echo "$1 $status"
}
while read -r number address port path token; do
    while [ "$(jobs -rp | wc -l)" -ge 20 ]; do wait -n; done
    TOKEN=$token ask "$number" "$address" "$port" "$path" &
done
wait
`;

/** Makes requests from a network, and tells the answers in the access table's words. */
export async function ask(
    stack: KindStack,
    from: PodNetwork,
    requests: readonly HttpRequest[],
): Promise<readonly MeshAnswer[]> {
    const lines = requests.map(({ address, port, path, token = "" }, index) =>
        [index, address, port, path, token].join(" "),
    );
    // Tokens go by standard input: arguments are there for everyone to see.
    const output = await onNode(stack, from, SCRIPT, `${lines.join("\n")}\n`);
    const rows = new Map(output.split("\n").map((line) => [line.split(" ", 1)[0], line] as const));
    return requests.map((_, index) => answerOf(rows.get(String(index))));
}

/** `3 HTTP/1.1 403 Forbidden`; without a status where nobody answered. */
function answerOf(line: string | undefined): MeshAnswer {
    if (line === undefined) throw new Error("a request said nothing");
    const status = Number(/^\d+ HTTP\/1\.1 (\d{3})/.exec(line)?.[1]);
    if (Number.isNaN(status)) return "refused";
    if (status === 401 || status === 403) return status;
    // The program knows one path and answers 404 to the others; it was reached all the same.
    if (status === 200 || status === 404) return 200;
    // The waypoint's own word for an application that it cannot reach, and ztunnel's for a waypoint.
    if (status === 503 || status === 502) return "refused";
    throw new Error(`nobody should answer like this: ${line}`);
}
