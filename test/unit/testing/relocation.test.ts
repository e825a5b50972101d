import assert from "node:assert/strict";
import fc from "fast-check";
import { containerProgram, relocated } from "../../helpers/container-program";
import { moved, needless } from "../../helpers/relocation";

const MOVES = {
    "loki.observability.svc:3100": "127.0.0.1:40001",
    ":9090": "127.0.0.1:40002",
    "/data": "/scratch/data",
    "/data/wal": "/fast/wal",
    "0.0.0.0:4317": "127.0.0.1:40003",
};

describe("a configuration that moves to loopback", () => {
    it("gets other addresses and folders, and keeps everything else", () => {
        const text = [
            "url: http://loki.observability.svc:3100/otlp",
            "listen: :9090",
            "folder: /data",
            "below: /data/chunks",
            "wal: /data/wal/0",
            'endpoint: "0.0.0.0:4317"',
            "other: 42",
        ].join("\n");
        assert.equal(
            moved(text, MOVES),
            [
                "url: http://127.0.0.1:40001/otlp",
                "listen: 127.0.0.1:40002",
                "folder: /scratch/data",
                "below: /scratch/data/chunks",
                "wal: /fast/wal/0",
                'endpoint: "127.0.0.1:40003"',
                "other: 42",
            ].join("\n"),
        );
    });

    it("keeps what only looks alike: longer names, numbers and paths", () => {
        for (const text of [
            "my-loki.observability.svc:3100",
            "loki.observability.svc:31000",
            "10.0.0.0:4317",
            "host:9090",
            "/var/data",
            "/database",
            "/data-old",
            "a/data",
        ]) {
            assert.equal(moved(text, MOVES), text);
        }
    });

    it("does not move what another move has put there", () => {
        assert.equal(moved("/a /b", { "/a": "/b", "/b": "/c" }), "/b /c");
    });

    it("is the same again after the way back", () => {
        const words = fc.array(fc.constantFrom(...Object.keys(MOVES), "word", "7", "http://x", "{a: b}"));
        const back = Object.fromEntries(Object.entries(MOVES).map(([from, to]) => [to, from]));
        fc.assert(
            fc.property(words, (parts) => {
                const text = parts.join(" ");
                assert.equal(moved(moved(text, MOVES), back), text);
            }),
        );
    });

    it("knows moves that it has no use for", () => {
        assert.deepEqual(needless("/data :9090", { "/data": "x", ":9090": "y", "/date": "z" }), ["/date"]);
    });
});

describe("the program of a container", () => {
    const objects = [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "a" },
            spec: {
                template: {
                    spec: {
                        volumes: [
                            { name: "config", configMap: { name: "files" } },
                            { name: "data", emptyDir: {} },
                        ],
                        containers: [
                            { name: "other" },
                            {
                                name: "server",
                                args: ["--config=/etc/web/web.yml", "--data=/data"],
                                env: [
                                    { name: "HOME", value: "/data/home" },
                                    { name: "IP", valueFrom: { fieldRef: {} } },
                                ],
                                volumeMounts: [
                                    { name: "config", mountPath: "/etc/web" },
                                    { name: "data", mountPath: "/data" },
                                ],
                            },
                        ],
                    },
                },
            },
        },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "files", namespace: "b" }, data: { wrong: "" } },
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "files", namespace: "a" },
            data: { "web.yml": "data: /data\n" },
        },
    ];

    it("is what the pod says, with the files of its own namespace", () => {
        assert.deepEqual(containerProgram(objects, "web", "server"), {
            command: [],
            args: ["--config=/etc/web/web.yml", "--data=/data"],
            env: { HOME: "/data/home" },
            files: { "/etc/web/web.yml": "data: /data\n" },
        });
        assert.throws(() => containerProgram(objects, "web"), /no container web\/web/);
        assert.throws(() => containerProgram(objects, "files", "server"), /no container files/);
    });

    it("moves as a whole, and insists on every move", () => {
        const program = containerProgram(objects, "web", "server");
        assert.deepEqual(relocated(program, { "/etc/web": "/s/etc", "/data": "/s/data" }), {
            command: [],
            args: ["--config=/s/etc/web.yml", "--data=/s/data"],
            env: { HOME: "/s/data/home" },
            files: { "/s/etc/web.yml": "data: /s/data\n" },
        });
        assert.throws(() => relocated(program, { "/dada": "/s" }), /nothing names \/dada/);
    });
});
