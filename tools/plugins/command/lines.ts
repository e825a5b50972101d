import { StringDecoder } from "node:string_decoder";

/** Cuts a stream of bytes into lines of text. */
export class LineSplitter {
    private readonly decoder = new StringDecoder("utf8");
    private rest = "";

    /** @param take gets each line, without its end */
    public constructor(private readonly take: (line: string) => void) {}

    public write(chunk: Buffer): void {
        const lines = (this.rest + this.decoder.write(chunk)).split("\n");
        this.rest = lines.pop() ?? "";
        for (const line of lines) this.take(line.replace(/\r$/, ""));
    }

    /** Hands on a last line that has no end. */
    public end(): void {
        const line = this.rest + this.decoder.end();
        this.rest = "";
        if (line !== "") this.take(line);
    }
}
