import { Client, credentials } from "@grpc/grpc-js";
import { KUBE_SYSTEM } from "../../components/config/namespaces";
import { Kubectl } from "../../tools/garage/kubectl";
import type { KindStack } from "./kind-stack";
import { at, decode, numberOf, textOf, type Message } from "./protobuf";

/** One line of Hubble's log: a TCP packet, and what became of it. */
export interface SeenFlow {
    readonly source: string;
    readonly destination: string;
    /** The destination's. */
    readonly port: number;
    readonly verdict: "forwarded" | "dropped" | "other";
}

/** Numbers of flow.Verdict. Source: api/v1/flow/flow.proto of Cilium 1.19. */
const VERDICTS: Readonly<Record<number, SeenFlow["verdict"]>> = { 1: "forwarded", 2: "dropped" };

/** What Hubble's relay has gathered from all nodes since a time, as its clients ask for it. */
export async function flowsSeen(stack: KindStack, since: Date): Promise<readonly SeenFlow[]> {
    return Kubectl.with(stack.kubeconfig, async (kubectl) => {
        const forward = await kubectl.forward(KUBE_SYSTEM, "service/hubble-relay", 80);
        try {
            return await ask(`127.0.0.1:${forward.port}`, since);
        } finally {
            forward.close();
        }
    });
}

function ask(address: string, since: Date): Promise<readonly SeenFlow[]> {
    const client = new Client(address, credentials.createInsecure());
    const deadline = Date.now() + 60_000;
    return new Promise<readonly SeenFlow[]>((resolve, reject) => {
        const flows: SeenFlow[] = [];
        client
            .makeServerStreamRequest(
                "/observer.Observer/GetFlows",
                (bytes: Buffer) => bytes,
                (bytes: Buffer) => bytes,
                requestSince(since),
                { deadline },
            )
            .on("data", (bytes: Buffer) => flows.push(...flowsOf(decode(bytes))))
            .on("error", reject)
            .on("end", () => resolve(flows));
    }).finally(() => client.close());
}

/** A GetFlowsRequest with nothing but `since`, whole seconds. */
function requestSince(since: Date): Buffer {
    const seconds = [0x08, ...varint(Math.floor(since.getTime() / 1000))];
    return Buffer.from([0x3a, seconds.length, ...seconds]);
}

function varint(value: number): readonly number[] {
    return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

/** The TCP flow of a GetFlowsResponse, if it is one. */
function flowsOf(response: Message): readonly SeenFlow[] {
    return at(response, 1).flatMap((flow) => {
        const [ip] = at(flow, 5);
        const [tcp] = at(flow, 6, 1);
        if (ip === undefined || tcp === undefined) return [];
        const verdict = VERDICTS[numberOf(flow, 2)] ?? "other";
        return [{ source: textOf(ip, 1), destination: textOf(ip, 2), port: numberOf(tcp, 2), verdict }];
    });
}
