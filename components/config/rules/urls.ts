/** True when an address carries a name, a password, or a query, in which tokens travel too. Nothing may print it then. */
export function hasCredentials(address: string): boolean {
    if (!URL.canParse(address)) return /^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(address);
    const { username, password, search } = new URL(address);
    return username !== "" || password !== "" || search !== "";
}
