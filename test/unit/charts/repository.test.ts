import assert from "node:assert/strict";
import type { ChartSpec } from "../../../components/config/versions";
import { ChartRepository, urlInIndex, type Found } from "../../../tools/charts/repository";
import { chartArchive, withFolder, writeFiles } from "../../helpers/chart-archives";
import { serve, serveFiles, serveRegistry, type FakeServer } from "../../helpers/chart-server";

const SPEC: ChartSpec = { name: "tempo", version: "1.2.3", appVersion: "1", repository: "https://charts.invalid" };
const FILE = "tempo-1.2.3.tgz";
const ARCHIVE = chartArchive("tempo", "1.2.3");

async function using<T>(server: Promise<FakeServer>, use: (server: FakeServer) => Promise<T>): Promise<T> {
    const running = await server;
    try {
        return await use(running);
    } finally {
        await running.close();
    }
}

function assertFound(found: Found): void {
    assert.ok("archive" in found, JSON.stringify(found));
    assert.deepEqual(found.archive, ARCHIVE);
}

function problemOf(found: Found): string {
    assert.ok("tried" in found);
    return found.tried.join("; ");
}

describe("a folder of charts", () => {
    it("is relative to the project", async () => {
        await withFolder(async (project) => {
            writeFiles(project, { [`mirror/${FILE}`]: ARCHIVE });
            assertFound(await new ChartRepository("mirror", project).find(SPEC));
        });
    });

    it("names the file that is not there, or the folder that is not", async () => {
        await withFolder(async (project) => {
            assert.match(
                problemOf(await new ChartRepository(".", project).find(SPEC)),
                /tempo-1\.2\.3\.tgz is not there/,
            );
            assert.match(
                problemOf(await new ChartRepository("./nope", project).find(SPEC)),
                /there is no folder .*nope/,
            );
        });
    });
});

describe("an http repository", () => {
    it("gives an archive beside its index without the index being read", async () => {
        await using(serveFiles({ [`/charts/${FILE}`]: ARCHIVE }), async ({ host, asked }) => {
            assertFound(await new ChartRepository(`http://${host}/charts`, "/").find(SPEC));
            assert.deepEqual(asked, [`/charts/${FILE}`]);
        });
    });

    it("follows its index to an archive elsewhere, relative or absolute", async () => {
        await using(serveFiles({ [`/releases/${FILE}`]: ARCHIVE }), async (elsewhere) => {
            for (const url of [`../releases/${FILE}`, `http://${elsewhere.host}/releases/${FILE}`]) {
                const index = `entries:\n  tempo:\n  - urls:\n    - ${url}\n    version: 1.2.3\n`;
                const files = { "/charts/index.yaml": index, [`/releases/${FILE}`]: ARCHIVE };
                await using(serveFiles(files), async ({ host }) => {
                    assertFound(await new ChartRepository(`http://${host}/charts/`, "/").find(SPEC));
                });
            }
        });
    });

    it("says what it asked and how that was answered", async () => {
        await using(serveFiles({ "/index.yaml": "entries: {}" }), async ({ host }) => {
            const problem = problemOf(await new ChartRepository(`http://${host}`, "/").find(SPEC));
            assert.match(problem, /tempo-1\.2\.3\.tgz answers 404/);
            assert.match(problem, /index\.yaml does not list tempo 1\.2\.3/);
        });
    });

    it("waits once for a server that does not answer, not once per chart", async () => {
        await using(
            serve(() => undefined),
            async ({ host, asked }) => {
                const repository = new ChartRepository(`http://${host}`, "/", 50);
                for (let time = 0; time < 3; time++) {
                    const found = await repository.find(SPEC);
                    assert.ok("tried" in found && found.unreachable);
                    assert.match(problemOf(found), /no answer in time/);
                }
                assert.equal(asked.length, 1);
            },
        );
    });

    it("sends credentials to its own host alone and shows them to nobody", async () => {
        const seen: (string | undefined)[] = [];
        const elsewhere = serve((request, response) => {
            seen.push(request.headers.authorization);
            response.writeHead(403).end();
        });
        await using(elsewhere, async (other) => {
            const own = serve((request, response) => {
                if (request.headers.authorization !== `Basic ${Buffer.from("me:s3cret").toString("base64")}`) {
                    response.writeHead(401).end();
                } else if (request.url === "/index.yaml") response.end(`- http://${other.host}/${FILE}`);
                else response.writeHead(404).end();
            });
            await using(own, async ({ host }) => {
                const repository = new ChartRepository(`http://me:s3cret@${host}`, "/");
                const problem = problemOf(await repository.find(SPEC));
                assert.match(problem, /answers 403/);
                assert.ok(!problem.includes("s3cret") && !repository.title.includes("s3cret"));
                assert.deepEqual(seen, [undefined]);
            });
        });
    });
});

describe("urlInIndex", () => {
    it("finds the one version, not one that it is the beginning or end of", () => {
        const index = ["tempo-1.2.30.tgz", "x/my-tempo-1.2.3.tgz", "x/tempo-1.2.3.tgz.prov", "a/tempo-1x2x3.tgz"]
            .map((url) => `- ${url}`)
            .join("\n");
        assert.equal(urlInIndex(index, SPEC), undefined);
        assert.equal(urlInIndex(`${index}\n- a/${FILE}\n`, SPEC), `a/${FILE}`);
    });

    it("reads indexes in YAML and in JSON", () => {
        assert.equal(urlInIndex(`urls: ["https://x.example/${FILE}"]`, SPEC), `https://x.example/${FILE}`);
        assert.equal(urlInIndex(`    urls:\n    - '${FILE}'\r\n`, SPEC), FILE);
    });
});

describe("an OCI registry", () => {
    it("gives a chart to who asks", async () => {
        await using(serveRegistry("team/charts/tempo", "1.2.3", ARCHIVE), async ({ host }) => {
            assertFound(await new ChartRepository(`oci://${host}/team/charts`, "/").find(SPEC));
        });
    });

    it("gives a chart for an anonymous token", async () => {
        await using(serveRegistry("charts/tempo", "1.2.3", ARCHIVE, { token: "t0ken" }), async ({ host, asked }) => {
            assertFound(await new ChartRepository(`oci://${host}/charts/`, "/").find(SPEC));
            const wanted = "/token?service=fake&scope=repository%3Acharts%2Ftempo%3Apull";
            assert.ok(asked.includes(wanted), asked.join(" "));
        });
    });

    it("writes a version's + as _, since tags have none", async () => {
        await using(serveRegistry("tempo", "1.2.3_build", ARCHIVE), async ({ host }) => {
            assertFound(await new ChartRepository(`oci://${host}`, "/").find({ ...SPEC, version: "1.2.3+build" }));
        });
    });

    it("refuses a blob that is not what its digest says", async () => {
        await using(serveRegistry("tempo", "1.2.3", ARCHIVE, { corrupt: true }), async ({ host }) => {
            assert.match(
                problemOf(await new ChartRepository(`oci://${host}`, "/").find(SPEC)),
                /not what its digest says/,
            );
        });
    });

    it("says that a version is not there", async () => {
        await using(serveRegistry("tempo", "9.9.9", ARCHIVE), async ({ host }) => {
            assert.match(
                problemOf(await new ChartRepository(`oci://${host}`, "/").find(SPEC)),
                /manifests\/1\.2\.3 answers 404/,
            );
        });
    });
});
