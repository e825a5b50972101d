import { spawnSync } from "node:child_process";
import { namespaceName } from "../../components/config/namespaces";
import { secretSpec, type SecretId } from "../../components/secrets/secret-table";
import { GARAGE_PORTS, S3_REGION } from "../../components/storage/garage-config";
import { Kubectl } from "../../tools/garage/kubectl";
import type { KindStack } from "./kind-stack";
import { isReady } from "./kind-pods";
import { eventually } from "./kind-wait";

/** What the admin API tells of a bucket. */
export interface Bucket {
    readonly id: string;
    readonly objects: number;
}

/** An S3 key. */
export interface S3Login {
    readonly id: string;
    readonly secret: string;
}

/** Garage from this machine: its admin API and S3, each through a forwarded port. */
export class GarageAccess {
    private constructor(
        private readonly admin: string,
        private readonly s3: string,
        private readonly token: string,
    ) {}

    public static async with<T>(stack: KindStack, use: (garage: GarageAccess) => Promise<T>): Promise<T> {
        const { GARAGE_ADMIN_TOKEN: token = "" } = await secretData(stack, "garage-secrets");
        const namespace = namespaceName("storage");
        return Kubectl.with(stack.kubeconfig, async (kubectl) => {
            const pod = await eventually("a Garage that is ready", async () => {
                const labelSelector = "app.kubernetes.io/name=garage";
                const { items } = await stack.api.core.listNamespacedPod({ namespace, labelSelector });
                return items.find(isReady)?.metadata?.name;
            });
            const forwards = [
                await kubectl.forward(namespace, `pod/${pod}`, GARAGE_PORTS.admin),
                await kubectl.forward(namespace, `pod/${pod}`, GARAGE_PORTS.s3),
            ];
            const [admin = "", s3 = ""] = forwards.map(({ port }) => `http://127.0.0.1:${port}`);
            try {
                return await use(new GarageAccess(admin, s3, token));
            } finally {
                for (const forward of forwards) forward.close();
            }
        });
    }

    public bucket(alias: string): Promise<Bucket> {
        return this.call("GET", `GetBucketInfo?globalAlias=${alias}`);
    }

    public makeBucket(alias: string): Promise<Bucket> {
        return this.call("POST", "CreateBucket", { globalAlias: alias });
    }

    public async removeBucket({ id }: Bucket): Promise<void> {
        await this.call("POST", `DeleteBucket?id=${id}`);
    }

    /**
     * Lists a bucket's objects with a key, by curl: it signs requests by itself.
     * @returns the HTTP status
     */
    public list(bucket: string, { id, secret }: S3Login): number {
        // From standard input: arguments are visible to everybody on this machine.
        const input = [
            `url = "${this.s3}/${bucket}?list-type=2&max-keys=1"`,
            `aws-sigv4 = "aws:amz:${S3_REGION}:s3"`,
            `user = "${id}:${secret}"`,
            // S3 wants it, and only newer curls send it by themselves.
            'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"',
            'write-out = "%{http_code}"',
            'output = "/dev/null"',
        ].join("\n");
        const { status, stdout, stderr } = spawnSync("curl", ["--silent", "--config", "-"], {
            input,
            encoding: "utf8",
        });
        if (status !== 0) throw new Error(`curl ended with ${status}: ${stderr}`);
        return Number(stdout);
    }

    private async call<T>(method: "GET" | "POST", operation: string, body?: unknown): Promise<T> {
        const response = await fetch(`${this.admin}/v2/${operation}`, {
            method,
            headers: { authorization: `Bearer ${this.token}` },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`Garage answered ${operation} with ${response.status}: ${text}`);
        return (text === "" ? undefined : JSON.parse(text)) as T;
    }
}

/** Content of one of Hearth's Secrets. */
export async function secretData(stack: KindStack, id: SecretId): Promise<Readonly<Record<string, string>>> {
    const namespace = namespaceName(secretSpec(id).namespace);
    const { data = {} } = await stack.api.core.readNamespacedSecret({ namespace, name: id });
    return Object.fromEntries(
        Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]),
    );
}
