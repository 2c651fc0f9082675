/** Mutations: the success member of their union, or refusals put where the person can see them. */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useRef, useState } from "react";
import { useClient } from "urql";
import { useShared } from "../texts";
import { notify } from "../notify";

/** The member of the union that a mutation's only field answers with. */
type Union<Data> = Exclude<Data[Exclude<keyof Data, "__typename">], null | undefined>;
type Named = { __typename?: string | undefined };
export type Member<Data, Name extends string> = Extract<Union<Data>, { __typename?: Name | undefined }>;
export type Refusal<Data, Name extends string> = Exclude<Union<Data>, { __typename?: Name | undefined }>;

export interface Field {
  code?: string;
  message: string;
  path?: string[] | null;
}

/** What a form of @mantine/form offers; a plain `(path, message) => void` does as well. */
interface Form {
  setFieldError(path: string, message: string): void;
  getInputNode(path: string): HTMLElement | null;
}

export interface Options {
  form?: Form;
  /** From the input's path to the form's field; null: not on this form. As it is by default: ["rights", "endsOn"] -> "rights.endsOn". */
  field?: (path: string[]) => string | null;
  /** Refusals with an own place on the screen: no toast for them. */
  quiet?: readonly string[];
}

export type Outcome<Data, Name extends string> =
  | { ok: true; value: Member<Data, Name> }
  | { ok: false; refusal: Refusal<Data, Name> | null };

/**
 * const [save, saving] = useAction(SetRates, "RatesSet");
 * const outcome = await save({ input }, { form });
 *
 * `once`: the input gets an idempotencyKey, which stays the same until an answer came: a second press, or a try after
 * a lost connection, never does it twice.
 */
export function useAction<Data, Variables extends { input: object }, Name extends Extract<Union<Data>, Named>["__typename"] & string>(
  document: TypedDocumentNode<Data, Variables>,
  success: Name,
  { once = false }: { once?: boolean } = {},
) {
  const client = useClient();
  const t = useShared();
  const [busy, setBusy] = useState(false);
  const kept = useRef<{ input: string; key: string } | null>(null);
  const running = useRef<Promise<Outcome<Data, Name>> | null>(null);

  function keyed(variables: Variables): Variables {
    if (!once) return variables;
    const input = JSON.stringify(variables.input);
    if (kept.current?.input !== input) kept.current = { input, key: crypto.randomUUID() };
    return { ...variables, input: { ...variables.input, idempotencyKey: kept.current.key } };
  }

  async function go(variables: Variables, options: Options): Promise<Outcome<Data, Name>> {
    const { data, error } = await client.mutation(document, keyed(variables)).toPromise();
    if (error || !data) {
      const told = error?.graphQLErrors[0]?.message;
      notify.bad(t("action.failed"), told ?? t("action.noConnection"));
      return { ok: false, refusal: null };
    }
    kept.current = null;
    const [answer] = Object.entries(data).filter(([name]) => name !== "__typename").map(([, value]) => value as Union<Data> & Named);
    if (answer?.__typename === success) return { ok: true, value: answer as Member<Data, Name> };
    const refusal = answer as unknown as Refusal<Data, Name> & Field & Named;
    if (!options.quiet?.includes(refusal.__typename ?? "") && !placed(refusal, options)) notify.bad(t("action.refused"), refusal.message);
    return { ok: false, refusal };
  }

  async function run(variables: Variables, options: Options = {}): Promise<Outcome<Data, Name>> {
    if (running.current) return running.current;
    setBusy(true);
    running.current = go(variables, options);
    try {
      return await running.current;
    } finally {
      running.current = null;
      setBusy(false);
    }
  }

  return [run, busy] as const;
}

/** Whether the refusal stands on its field now. */
export function placed(refusal: Field, { form, field }: Options): boolean {
  if (!form || !refusal.path?.length) return false;
  const name = field ? field(refusal.path) : refusal.path.join(".");
  if (name === null) return false;
  form.setFieldError(name, refusal.message);
  setTimeout(() => form.getInputNode(name)?.focus());
  return true;
}
