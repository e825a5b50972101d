import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tar from "tar";
import { UserError } from "../../../../components/config/problems";
import { digestsIn, Releases } from "../../../../tools/install/release";
import type { Download } from "../../../../tools/install/tool-spec";

const PLATFORM = { os: "linux", arch: "amd64" } as const;

function digest(text: string | Buffer, algorithm = "sha256"): string {
    return createHash(algorithm).update(text).digest("hex");
}

describe("an official release", () => {
    let server: Server;
    let base: string;
    let folder: string;
    let requests: string[];
    const files = new Map<string, string | Buffer>();
    /** Sends headers and half of the file, then nothing. */
    let stalls = false;

    before(async () => {
        server = createServer((request, response) => {
            requests.push(request.url ?? "");
            const body = files.get(request.url ?? "");
            if (body === undefined) response.writeHead(404).end();
            else if (stalls && request.url === "/1.0.0/tool-linux-amd64") {
                response.writeHead(200, { "content-length": "100" });
                response.write("half");
            } else response.end(body);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    after(() => {
        server.closeAllConnections();
        server.close();
    });

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-release-"));
        files.clear();
        requests = [];
        stalls = false;
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    const releases = (options: { offline?: boolean; stallWithin?: number } = {}): Releases =>
        new Releases({ platform: PLATFORM, offline: false, answerWithin: 1000, ...options });

    const binary = (extra: Partial<Download> = {}): Download => ({
        version: "1.0.0",
        url: `${base}/{version}/tool-{os}-{arch}`,
        binary: "tool-linux-amd64",
        checksums: `${base}/{version}/checksums.txt`,
        ...extra,
    });

    function publish(text: string, checksums: string): void {
        files.set("/1.0.0/tool-linux-amd64", text);
        files.set("/1.0.0/checksums.txt", checksums);
    }

    it("is taken when its checksum is what the release publishes", async () => {
        publish("program", `${digest("other")}  tool-darwin-arm64\n${digest("program")}  tool-linux-amd64\n`);
        const notes: string[] = [];
        const outcome = await releases().install({ downloads: [binary()] }, folder, (note) => notes.push(note));
        assert.deepEqual(outcome, { got: true });
        assert.equal(readFileSync(join(folder, "tool-linux-amd64"), "utf8"), "program");
        assert.deepEqual(notes, ["0 of 0 MiB"]);
    });

    it("is refused, named and stops everything when its checksum is another", async () => {
        publish("tampered", `${digest("program")}  tool-linux-amd64\n`);
        await assert.rejects(releases().install({ downloads: [binary()] }, folder), (error) => {
            assert.ok(error instanceof UserError);
            assert.equal(error.problems[0]?.where, `${base}/1.0.0/tool-linux-amd64`);
            assert.match(error.message, new RegExp(`must be ${digest("program")}, and is ${digest("tampered")}`));
            return true;
        });
    });

    it("is not taken without a published checksum, and not even fetched", async () => {
        publish("program", `${digest("other")}  tool-darwin-arm64\n${digest("x")}  x\n`);
        const outcome = await releases().install({ downloads: [binary()] }, folder);
        assert.deepEqual(outcome, { got: false, because: "no checksum of tool-linux-amd64 is published" });
        assert.deepEqual(requests, ["/1.0.0/checksums.txt"]);
    });

    it("is taken with a SHA-1 digest only where the registry says that there is no better one", async () => {
        publish("program", `${digest("program", "sha1")}  ./tool-linux-amd64\n${digest("x", "sha1")}  x\n`);
        assert.equal((await releases().install({ downloads: [binary()] }, folder)).got, false);
        assert.equal((await releases().install({ downloads: [binary({ sha1: true })] }, folder)).got, true);
    });

    it("may be an archive: the wanted files are taken out of it, and nothing else", async () => {
        mkdirSync(join(folder, "in", "pulumi"), { recursive: true });
        writeFileSync(join(folder, "in", "pulumi", "pulumi"), "engine", { mode: 0o755 });
        writeFileSync(join(folder, "in", "pulumi", "README"), "text");
        await tar.create({ gzip: true, cwd: join(folder, "in"), file: join(folder, "in.tgz") }, ["./pulumi"]);
        const archive = readFileSync(join(folder, "in.tgz"));
        files.set("/1.0.0/a.tar.gz", archive);
        files.set("/1.0.0/checksums.txt", digest(archive));
        const into = join(folder, "out");
        mkdirSync(into);
        const download: Download = {
            version: "1.0.0",
            url: `${base}/{version}/a.tar.gz`,
            members: { "pulumi/pulumi": "pulumi", "pulumi/absent": "absent" },
            checksums: `${base}/{version}/checksums.txt`,
        };
        assert.deepEqual(await releases().install({ downloads: [download] }, into), { got: true });
        assert.deepEqual(readdirSync(into), ["pulumi"]);
        assert.equal(statSync(join(into, "pulumi")).mode & 0o111, 0o111);
    });

    it("that does not exist is told by its status, and others are still asked for", async () => {
        const all = releases();
        const refusal = { got: false, because: "127.0.0.1:PORT answers 404" };
        const outcome = await all.install({ downloads: [binary()] }, folder);
        assert.deepEqual(outcome, {
            ...refusal,
            because: refusal.because.replace("127.0.0.1:PORT", new URL(base).host),
        });
        assert.equal(all.closed, false);
        publish("program", digest("program"));
        assert.deepEqual(await all.install({ downloads: [binary()] }, folder), { got: true });
    });

    it("is not asked for again when the network did not answer", async () => {
        const all = releases();
        const nobody = { downloads: [binary({ checksums: "http://127.0.0.1:9/checksums.txt" })] };
        const first = await all.install(nobody, folder);
        assert.equal(first.got, false);
        assert.equal(all.closed, true);
        publish("program", digest("program"));
        const second = await all.install({ downloads: [binary()] }, folder);
        assert.deepEqual(second, first);
        assert.deepEqual(requests, []);
    });

    it("is given up when the server begins and then stops sending", async () => {
        publish("program", digest("program"));
        stalls = true;
        const outcome = await releases({ stallWithin: 50 }).install({ downloads: [binary()] }, folder);
        assert.equal(outcome.got, false);
        assert.match(outcome.got ? "" : outcome.because, /has stopped sending/);
    });

    it("is not asked for when the user wants no downloads", async () => {
        const all = releases({ offline: true });
        const outcome = await all.install({ downloads: [binary()] }, folder);
        assert.deepEqual(outcome, { got: false, because: "HEARTH_OFFLINE is set" });
        assert.equal(all.closed, true);
        assert.deepEqual(requests, []);
    });

    it("may not exist for a system", async () => {
        const outcome = await releases().install({ downloads: [binary()], systems: ["darwin"] }, folder);
        assert.deepEqual(outcome, { got: false, because: "there is no release for linux" });
        assert.deepEqual(requests, []);
    });
});

describe("published checksums", () => {
    const hex = "a".repeat(64);

    it("are found by the file's whole name", () => {
        assert.deepEqual(digestsIn(`${hex}  kind-linux-amd64\n`, "kind-linux-amd64"), [hex]);
        assert.deepEqual(digestsIn(`${hex} *kind-linux-amd64\n`, "kind-linux-amd64"), [hex]);
        assert.deepEqual(digestsIn(`${hex}  ./kind-linux-amd64\n`, "kind-linux-amd64"), [hex]);
        assert.deepEqual(digestsIn(`${hex}  kind-linux-amd64.exe\n`, "kind-linux-amd64"), []);
        assert.deepEqual(digestsIn(`${hex}  not-kind-linux-amd64\n`, "kind-linux-amd64"), []);
    });

    it("may be a lone digest", () => {
        assert.deepEqual(digestsIn(`${hex.toUpperCase()}\n`, "kubectl"), [hex]);
    });

    it("are none in a page that is something else", () => {
        assert.deepEqual(digestsIn("<html>sign in</html>", "kubectl"), []);
        assert.deepEqual(digestsIn("", "kubectl"), []);
    });
});
