/**
 * Certificates made to order, for tests of what a certificate must be. Node reads them and makes none.
 *
 * In scope: X.509 version 1 with an RSA key, signed by that key itself. Out of scope: extensions, chains.
 */
import { sign } from "node:crypto";

const [INTEGER, BIT_STRING, NULL, OID, UTF8_STRING, UTC_TIME, SEQUENCE, SET] = [0x02, 0x03, 0x05, 0x06, 0x0c, 0x17, 0x30, 0x31];

/** One element of DER. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = content.length < 0x80 ? [content.length] : content.length < 0x100 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const COMMON_NAME = der(OID, [0x55, 0x04, 0x03]);
const SHA256_WITH_RSA = der(SEQUENCE, der(OID, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]), der(NULL));
const name = (text) => der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(text)))));
const time = (ms) => der(UTC_TIME, Buffer.from(new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14) + "Z"));

/**
 * @param {{publicKey: import("node:crypto").KeyObject, privateKey: import("node:crypto").KeyObject}} pair
 * @param {{commonName: string, from: number, until: number}} says times in milliseconds since the Unix epoch
 * @returns {string} PEM
 */
export function certificate({ publicKey, privateKey }, { commonName, from, until }) {
  const key = publicKey.export({ type: "spki", format: "der" });
  const content = der(SEQUENCE, der(INTEGER, [1]), SHA256_WITH_RSA, name(commonName), der(SEQUENCE, time(from), time(until)), name(commonName), key);
  const whole = der(SEQUENCE, content, SHA256_WITH_RSA, der(BIT_STRING, [0], sign("sha256", content, privateKey)));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;
}
