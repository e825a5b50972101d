import assert from "node:assert/strict";
import { join } from "node:path";
import { containerProgram, relocated } from "../helpers/container-program";
import { collectorOr, programOr, run, stackOr, STACKS, writeFiles } from "../helpers/programs";
import { scratchFolder } from "../helpers/scratch";

describe("Loki's configuration, by Loki itself", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let loki: string;

    before(function () {
        loki = programOr(this, "loki");
    });

    for (const stack of STACKS) {
        it(`is right in stack ${stack}, with the arguments of its container`, async function () {
            const { objects } = await stackOr(this, stack);
            const { args, files } = relocated(containerProgram(objects, "loki"), {
                "/etc/loki": join(scratch(), stack),
                // What the kubelet puts in its place.
                "$(POD_IP)": "127.0.0.1",
            });
            writeFiles(files);
            const { status, said } = run(loki, [...args, "-verify-config"]);
            assert.equal(status, 0, said);
            assert.match(said, /config is valid/);
        });
    }

    it("is refused when it is wrong", () => {
        const file = join(scratch(), "wrong.yml");
        writeFiles({ [file]: "schema_configs: {}\n" });
        const { status, said } = run(loki, [`-config.file=${file}`, "-verify-config"]);
        assert.equal(status, 1);
        assert.match(said, /field schema_configs not found/);
    });
});

describe("Tempo's configuration, by Tempo itself", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let tempo: string;

    before(function () {
        tempo = programOr(this, "tempo");
    });

    for (const stack of STACKS) {
        it(`is right in stack ${stack}, with the arguments of its container`, async function () {
            const { objects } = await stackOr(this, stack);
            const folder = join(scratch(), stack);
            const { args, files } = relocated(containerProgram(objects, "tempo"), { "/conf": folder });
            writeFiles(files);
            const { status, said } = run(tempo, [...args, "-config.verify=true"]);
            assert.equal(status, 0, said);
        });
    }

    it("is refused when it is wrong", () => {
        const file = join(scratch(), "wrong.yml");
        writeFiles({ [file]: "distributors: {}\n" });
        const { status, said } = run(tempo, [`-config.file=${file}`, "-config.verify=true"]);
        assert.notEqual(status, 0);
        assert.doesNotMatch(said, /flag needs an argument/);
    });
});

describe("the collector's configuration, by the collector itself", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();

    for (const stack of STACKS) {
        it(`is right in stack ${stack}`, async function () {
            const collector = collectorOr(this);
            const { objects } = await stackOr(this, stack);
            const { args, files } = relocated(containerProgram(objects, "otel-collector", "collector"), {
                "/etc/otelcol": join(scratch(), stack),
            });
            writeFiles(files);
            // The kubelet gives it the node's name.
            const { status, said } = run(collector, ["validate", ...args], { K8S_NODE_NAME: "node" });
            assert.equal(status, 0, said);
        });
    }
});
