import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { HOST_ADDRESS } from "../../components/config/ports";
import { answers } from "../helpers/kind-pages";
import { kindStack } from "../helpers/kind-stack";
import { minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

/** Addresses that this machine listens on at a port, as /proc writes them. */
function listeners(port: number): readonly string[] {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    return ["tcp", "tcp6"]
        .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1))
        .map((row) => row.trim().split(/\s+/))
        .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hex}`) === true)
        .map(([, local = ""]) => local.split(":")[0] ?? "");
}

interface Bindings {
    readonly [port: string]: readonly { readonly HostIp: string; readonly HostPort: string }[] | null;
}

describe("the ports of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this);
    });

    it("answer on this machine, one for each layer that has a port", async function () {
        if (stack.config.ports.length === 0) skip(this, "no layer that has a port is on");
        for (const port of stack.config.ports) await answers(port);
    });

    it("are published on the loopback address only, and so is the cluster's API", () => {
        const text = stack.engine("inspect", "--format", "{{json .NetworkSettings.Ports}}", controlPlane());
        const published = Object.values(JSON.parse(text) as Bindings).flatMap((rows) => rows ?? []);
        assert.deepEqual([...new Set(published.map(({ HostIp }) => HostIp))], [HOST_ADDRESS]);
        const ports = published.map(({ HostPort }) => Number(HostPort));
        for (const { hostPort } of stack.config.ports) assert.ok(ports.includes(hostPort), `${hostPort} is missing`);
        assert.equal(ports.length, stack.config.ports.length + 1);
    });

    it("are listened to on no other address", function () {
        if (!existsSync("/proc/net/tcp")) skip(this, "who listens where is read from /proc, which Linux has");
        for (const { hostPort } of stack.config.ports) {
            // None at all where the engine forwards by rules of the kernel.
            assert.ok(
                listeners(hostPort).every((address) => address === "0100007F"),
                String(hostPort),
            );
        }
    });

    function controlPlane(): string {
        return `${stack.clusterName}-control-plane`;
    }
});
