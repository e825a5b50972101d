import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { bundleStandIn } from "../../../../tools/install/stand-in";
import { toolSpec } from "../../../../tools/registry";
import type { ToolName } from "../../../../tools/install/tool-spec";
import { unary } from "../../../helpers/provider-client";

const PROJECT = join(__dirname, "..", "..", "..", "..");

describe("a provider's process", () => {
    const plugins: Readonly<Record<string, ToolName>> = { command: "command-provider", random: "random-provider" };
    for (const [name, tool] of Object.entries(plugins)) {
        it(`serves ${name} from one file outside the checkout, and ends when it is asked to`, async () => {
            const folder = mkdtempSync(join(tmpdir(), "hearth-plugin-"));
            const binary = `pulumi-resource-${name}`;
            const program = join(folder, binary);
            const { version } = toolSpec(tool);
            try {
                await bundleStandIn(PROJECT, name, binary, folder, folder);
                const asked = spawnSync(program, ["--version"], { cwd: folder, encoding: "utf8" });
                assert.deepEqual([asked.stdout, asked.stderr, asked.status], [`${version}\n`, "", 0]);

                const child = spawn(program, [], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
                const ended = new Promise((resolve) => child.once("exit", (status) => resolve(status)));
                const port = await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve));
                const client = new ResourceProviderClient(
                    `127.0.0.1:${port.toString().trim()}`,
                    credentials.createInsecure(),
                );
                const info = await unary<PluginInfo>((done) => client.getPluginInfo(new Empty(), done));
                assert.equal(info.getVersion(), version);
                client.close();
                child.kill("SIGTERM");
                assert.equal(await ended, 0);
            } finally {
                rmSync(folder, { recursive: true });
            }
        });
    }
});
