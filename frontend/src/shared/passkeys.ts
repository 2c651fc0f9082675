/** Passkeys: what the server asks, signed by the person's device. */
import { send } from "./api/client";

interface WithJson {
  toJSON(): unknown;
}
interface Asked<Options> {
  publicKey?: Options;
}

export const canUsePasskeys = () => "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

const inner = <Options>(asked: Options | Asked<Options>): Options => ((asked as Asked<Options>).publicKey ?? asked) as Options;

export async function signInWithPasskey(): Promise<void> {
  const asked = await send<PublicKeyCredentialRequestOptionsJSON>("POST", "/session/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(inner(asked));
  const credential = await navigator.credentials.get({ publicKey });
  await send("POST", "/session/passkey", { credential: (credential as unknown as WithJson).toJSON() });
}

export async function addPasskey(name: string): Promise<void> {
  const asked = await send<PublicKeyCredentialCreationOptionsJSON>("POST", "/passkeys/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(inner(asked));
  const credential = await navigator.credentials.create({ publicKey });
  await send("POST", "/passkeys", { name, credential: (credential as unknown as WithJson).toJSON() });
}
