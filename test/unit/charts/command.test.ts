import assert from "node:assert/strict";
import { UserError } from "../../../components/config/problems";
import { chartTable } from "../../../tools/charts/report";
import { loadCommand } from "../../../tools/main";

async function refusal(outcome: Promise<unknown>): Promise<string> {
    const error: unknown = await outcome.then(
        () => "accepted",
        (problem: unknown) => problem,
    );
    assert.ok(error instanceof UserError, String(error));
    return error.message;
}

describe("the commands charts and images", () => {
    for (const name of ["charts", "images"]) {
        it(`${name}: name what they do not know and what there is`, async () => {
            const { run } = await loadCommand(name);
            assert.match(
                await refusal(run(["--nope", "--stack=dev-fast"])),
                /--nope: is not an option\n.*--stack <value>/,
            );
            assert.match(await refusal(run(["--stack"])), /--stack: has no value/);
            assert.match(await refusal(run(["--stack", "nope"])), /there is no stack "nope"/);
        });
    }
});

describe("chartTable", () => {
    it("says of every chart where it came from, why it is believed, and what was thrown away", () => {
        const digests = { sha256: "abc", chartHash: "sha256-def=" };
        const table = chartTable([
            {
                name: "tempo",
                version: "1.0.0",
                from: "mirror",
                source: "/m",
                proof: "archive digest",
                digests,
                discarded: [],
            },
            {
                name: "loki",
                version: "10.0.0",
                from: "cache",
                source: "/c",
                proof: "content hash",
                digests,
                discarded: [],
            },
            {
                name: "traefik",
                version: "1.0.0",
                from: "repository",
                source: "/r",
                proof: "first use",
                digests,
                discarded: ["/x: evil"],
            },
            { name: "grafana", version: "1.0.0", from: "stand-in", source: "/s", discarded: [] },
        ]);
        assert.deepEqual(table.split("\n"), [
            "tempo    1.0.0   mirror      official archive, sha256 abc",
            "loki     10.0.0  cache       official content, sha256-def=",
            "traefik  1.0.0   repository  no digest is published: trusted on first use and pinned, sha256-def=",
            "    deleted, as it was not this chart: /x: evil",
            "grafana  1.0.0   stand-in    stand-in of Hearth's own writing, for simulated clusters",
        ]);
    });
});
