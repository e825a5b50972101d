/** Decompresses one Snappy block (no framing), which is how Prometheus' remote write is sent. */
export function unsnappy(block: Buffer): Buffer {
    let position = 0;
    const byte = (): number => {
        const value = block[position++];
        if (value === undefined) throw new Error("the block ends too early");
        return value;
    };
    const little = (count: number): number => {
        const value = block.readUIntLE(position, count);
        position += count;
        return value;
    };
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
        const part = byte();
        length |= (part & 0x7f) << shift;
        more = part >= 0x80;
    }
    const output = Buffer.alloc(length);
    let written = 0;
    while (position < block.length) {
        const tag = byte();
        if ((tag & 3) === 0) {
            const short = tag >> 2;
            const size = (short < 60 ? short : little(short - 59)) + 1;
            block.copy(output, written, position, position + size);
            position += size;
            written += size;
            continue;
        }
        const [size, distance] =
            (tag & 3) === 1
                ? [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | byte()]
                : [(tag >> 2) + 1, little((tag & 3) === 2 ? 2 : 4)];
        // Byte by byte: what is copied may overlap with where it goes.
        for (let index = 0; index < size; index++, written++) output[written] = output[written - distance] ?? 0;
    }
    return output;
}
