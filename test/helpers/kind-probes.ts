import type { Protocol } from "./reachability";
import type { KindStack } from "./kind-stack";

/** One attempt to connect. */
export interface Probe {
    readonly address: string;
    readonly port: number;
    readonly protocol: Protocol;
    /** Seconds for which a connection is watched once it stands. */
    readonly watch: number;
    /** Sent as soon as the connection stands, as `printf` writes it. Default nothing. */
    readonly payload?: string;
}

/**
 * What an attempt came to: a connection that stands (or an answer), one that was ended by the other side, an address
 * where nothing listens, or nothing at all.
 */
export type Seen = "open" | "closed" | "refused" | "silent";

/** Seconds for which a connection is waited for. */
const PATIENCE = 3;

/** Attempts that are under way at once: each is three processes. */
const AT_ONCE = 60;

/**
 * Bash that makes the attempts of its standard input, each a line of number, address, port, protocol, seconds and
 * payload, and prints a line of number and exit status for each. It needs nothing beyond bash and coreutils, which the
 * nodes of every Kind have.
 */
const SCRIPT = `
attempt() {
    timeout "$(($5 + ${PATIENCE}))" bash -c '
        exec 3<>"/dev/$3/$1/$2" || exit 1
        [ -z "$5" ] || printf "$5" >&3
        IFS= read -r -t "$4" -n 1 -u 3
        status=$?
        [ $status -eq 0 ] && exit 10
        [ $status -gt 128 ] && exit 11
        exit 12
    ' attempt "$2" "$3" "$4" "$5" "$6" 2>/dev/null
    echo "$1 $?"
}
while read -r number address port protocol watch payload; do
    while [ "$(jobs -rp | wc -l)" -ge ${AT_ONCE} ]; do wait -n; done
    attempt "$number" "$address" "$port" "$protocol" "$watch" "$payload" &
done
wait
`;

/** The script that makes attempts, and its standard input. */
export const ATTEMPTS = {
    script: SCRIPT,
    input: (probes: readonly Probe[]): string =>
        probes
            .map(({ address, port, protocol, watch, payload = "" }, index) =>
                [index, address, port, protocol.toLowerCase(), watch, payload].join(" "),
            )
            .map((line) => `${line}\n`)
            .join(""),
} as const;

/** Makes attempts from a network: a pod's, or a node's own. */
export async function attempt(stack: KindStack, from: PodNetwork, probes: readonly Probe[]): Promise<readonly Seen[]> {
    return seenIn(await onNode(stack, from, ATTEMPTS.script, ATTEMPTS.input(probes)), probes);
}

/** Reads what the script printed. @throws Error when an attempt is missing */
export function seenIn(output: string, probes: readonly Probe[]): readonly Seen[] {
    const statuses = new Map(output.split("\n").map((line) => line.split(" ", 2) as [string, string | undefined]));
    return probes.map(({ protocol }, index) => {
        const status = statuses.get(String(index));
        if (status === undefined) throw new Error(`attempt ${index} said nothing`);
        return seen(Number(status), protocol);
    });
}

function seen(status: number, protocol: Protocol): Seen {
    switch (status) {
        case 10:
            return "open";
        case 11:
            // Nobody knows whether a datagram that nobody answers has arrived.
            return protocol === "TCP" ? "open" : "silent";
        case 12:
            return "closed";
        case 124:
            return "silent";
        default:
            return "refused";
    }
}

/** A network in which programs can be run: that of a node, or of a pod on it. */
export interface PodNetwork {
    readonly node: string;
    /** Path of the network namespace on the node. Absent for the node's own. */
    readonly path?: string;
}

/** Prints namespace, name and network namespace of every sandbox that runs on a node. */
const SANDBOXES = `
for id in $(crictl pods --quiet --state ready); do
    crictl inspectp --output go-template --template '{{.status.metadata.namespace}}/{{.status.metadata.name}} {{range .info.runtimeSpec.linux.namespaces}}{{if eq .type "network"}}{{.path}}{{end}}{{end}}' "$id"
done
`;

/** The networks of a node's pods, by `namespace/name`; pods in the node's own network are left out. */
export async function podNetworks(stack: KindStack, node: string): Promise<ReadonlyMap<string, PodNetwork>> {
    const output = await onNode(stack, { node }, SANDBOXES);
    const rows = output.split("\n").map((line) => line.trim().split(" ") as [string, string | undefined]);
    return new Map(rows.flatMap(([pod, path]) => (path ? [[pod, { node, path }] as const] : [])));
}

/**
 * Runs bash on a node, in a pod's network if told to: what it sends goes the way that the pod's own programs' packets
 * go, without a shell in the pod's image. Nothing is put into arguments.
 * @throws Error with what it said when it failed
 */
export async function onNode(
    stack: KindStack,
    { node, path }: PodNetwork,
    script: string,
    input = "",
): Promise<string> {
    const inside = path === undefined ? [] : ["nsenter", `--net=${path}`];
    return stack.engineWith(input, "exec", "--interactive", node, ...inside, "bash", "-c", script);
}
