/** A protobuf message without its schema: the values of each field number, in order. */
export type Message = ReadonlyMap<number, readonly Value[]>;

/** Varints and fixed numbers as integers, everything that has a length as bytes. */
export type Value = bigint | Buffer;

/** Decodes a message's fields; those inside fields of bytes are decoded by asking for them (`at`). */
export function decode(bytes: Buffer): Message {
    const fields = new Map<number, Value[]>();
    let position = 0;
    const varint = (): bigint => {
        let value = 0n;
        for (let shift = 0n; ; shift += 7n) {
            const byte = bytes[position++];
            if (byte === undefined) throw new Error("the message ends inside a number");
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    };
    const take = (length: number): Buffer => {
        const part = bytes.subarray(position, position + length);
        if (part.length < length) throw new Error("the message ends inside a field");
        position += length;
        return part;
    };
    while (position < bytes.length) {
        const tag = Number(varint());
        const values = fields.get(tag >> 3) ?? [];
        fields.set(tag >> 3, values);
        switch (tag & 7) {
            case 0:
                values.push(varint());
                break;
            case 1:
                values.push(take(8).readBigUInt64LE());
                break;
            case 2:
                values.push(take(Number(varint())));
                break;
            case 5:
                values.push(BigInt(take(4).readUInt32LE()));
                break;
            default:
                throw new Error(`wire type ${tag & 7} is not in use`);
        }
    }
    return fields;
}

/** All messages at the end of a path of field numbers. */
export function at(message: Message, ...path: readonly number[]): readonly Message[] {
    return path.reduce<readonly Message[]>(
        (messages, field) => messages.flatMap((outer) => bytesOf(outer, field).map(decode)),
        [message],
    );
}

/** The bytes of every value of a field. */
export function bytesOf(message: Message, field: number): readonly Buffer[] {
    return (message.get(field) ?? []).filter((value): value is Buffer => typeof value !== "bigint");
}

/** The text of a field; empty when it is absent, as protobuf has it. */
export function textOf(message: Message, field: number): string {
    return bytesOf(message, field).at(-1)?.toString("utf8") ?? "";
}

/** The bytes of a field in hex; empty when it is absent. */
export function hexOf(message: Message, field: number): string {
    return bytesOf(message, field).at(-1)?.toString("hex") ?? "";
}

/** The number of a field; zero when it is absent. */
export function numberOf(message: Message, field: number): number {
    const value = message.get(field)?.at(-1);
    return typeof value === "bigint" ? Number(value) : 0;
}

/** The number of a field of type double. */
export function doubleOf(message: Message, field: number): number {
    const value = message.get(field)?.at(-1);
    if (typeof value !== "bigint") return 0;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes.readDoubleLE();
}
