import assert from "node:assert/strict";
import { ObjectStore } from "../../helpers/object-store";

describe("the stand-in of object storage", () => {
    let store: ObjectStore;

    before(async () => {
        store = await ObjectStore.start();
        for (const key of ["a/1", "a/2", "b"]) {
            await fetch(`${store.endpoint}/bucket/${key}`, { method: "PUT", body: `object ${key}` });
        }
    });
    after(() => store.stop());

    it("gives back what it got, whole or a part of it", async () => {
        assert.equal(await (await fetch(`${store.endpoint}/bucket/b`)).text(), "object b");
        const part = await fetch(`${store.endpoint}/bucket/b`, { headers: { range: "bytes=0-2" } });
        assert.deepEqual([part.status, await part.text()], [206, "obj"]);
        const head = await fetch(`${store.endpoint}/bucket/b`, { method: "HEAD" });
        assert.equal(head.headers.get("content-length"), "8");
    });

    it("says of what it has not that there is none", async () => {
        const response = await fetch(`${store.endpoint}/bucket/c`);
        assert.equal(response.status, 404);
        assert.match(await response.text(), /<Code>NoSuchKey<\/Code>/);
    });

    it("lists by prefix and delimiter", async () => {
        const list = async (query: string): Promise<string> =>
            (await fetch(`${store.endpoint}/bucket?${query}`)).text();
        const folders = await list("list-type=2&delimiter=%2F");
        assert.match(folders, /<Key>b<\/Key>.*<Prefix>a\/<\/Prefix>/);
        assert.doesNotMatch(folders, /<Key>a/);
        assert.deepEqual(
            [...(await list("list-type=2&prefix=a%2F")).matchAll(/<Key>([^<]*)</g)].map(([, key]) => key),
            ["a/1", "a/2"],
        );
    });

    it("takes what comes in signed parts", async () => {
        const body = "5;chunk-signature=x\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum: y\r\n\r\n";
        const headers = { "content-encoding": "aws-chunked" };
        await fetch(`${store.endpoint}/bucket/parts`, { method: "PUT", body, headers });
        assert.equal(store.objects.get("bucket/parts")?.toString(), "hello world");
    });

    it("forgets what is deleted", async () => {
        await fetch(`${store.endpoint}/bucket/b`, { method: "DELETE" });
        const body = "<Delete><Object><Key>a/1</Key></Object></Delete>";
        await fetch(`${store.endpoint}/bucket?delete`, { method: "POST", body });
        assert.deepEqual([...store.objects.keys()].sort(), ["bucket/a/2", "bucket/parts"]);
    });
});
