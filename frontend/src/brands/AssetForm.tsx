/** Sending a picture or film to the model: a file from here, or a link to one. Its fingerprint is taken in the browser. */
import { Button, Checkbox, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { graphql } from "../gql";
import type { Making, Medium } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import type { BrandLicence } from "./LicencePage";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const CreateUploadDocument = graphql(`
  mutation CreateUpload($input: CreateUploadInput!) {
    createUpload(input: $input) {
      __typename
      ... on UploadCreated { uploadUrl expiresAt }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const SubmitAssetDocument = graphql(`
  mutation SubmitAsset($input: SubmitAssetInput!) {
    submitAsset(input: $input) {
      __typename
      ... on AssetSubmitted { asset { id status } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
      ... on RightsUnavailable { code message path }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

const hex = (bytes: ArrayBuffer) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** By XMLHttpRequest: fetch tells nobody how far an upload has come. */
function put(url: string, file: File, onProgress: (part: number) => void): Promise<boolean> {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => done(request.status >= 200 && request.status < 300);
    request.onerror = () => done(false);
    if (file.type) request.setRequestHeader("Content-Type", file.type);
    request.send(file);
  });
}

export function AssetForm({ licence, onClose, onSent }: { licence: BrandLicence; onClose: () => void; onSent: () => void }) {
  const t = useBrands();
  const shared = useShared();
  const party = useParty();
  const [createUpload] = useAction(CreateUploadDocument, "UploadCreated");
  const [submitAsset, submitting] = useAction(SubmitAssetDocument, "AssetSubmitted", { once: true });
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [uploaded, setUploaded] = useState<{ file: File; url: string; sha256: string } | null>(null);
  const form = useForm({
    initialValues: { title: "", medium: licence.rights.media[0] as string, url: "", sha256: "", making: "GENERATED", recognisable: true },
    validate: {
      title: (title) => (title.trim() ? null : t("asset.title.missing")),
      url: (url) => (file || /^https:\/\/\S+$/.test(url.trim()) ? null : t("asset.url.missing")),
      sha256: (sum) => (file || /^[0-9a-f]{64}$/i.test(sum.trim()) ? null : t("asset.sha.missing")),
    },
  });

  async function send(chosen: File) {
    if (uploaded?.file === chosen) return uploaded;
    setProgress(0);
    const sha256 = hex(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
    const made = await createUpload({ input: { brandId: party.id } });
    const stored = made.ok && (await put(made.value.uploadUrl, chosen, setProgress));
    setProgress(null);
    if (!made.ok) return null;
    if (!stored) {
      notify.bad(t("asset.upload.failed"), t("asset.upload.failed.hint"));
      return null;
    }
    const kept = { file: chosen, url: made.value.uploadUrl, sha256 };
    setUploaded(kept);
    return kept;
  }

  async function submit(values: typeof form.values) {
    const source = file ? await send(file) : { url: values.url.trim(), sha256: values.sha256.trim().toLowerCase() };
    if (!source) return;
    const input = { licenceId: licence.id, title: values.title.trim(), medium: values.medium as Medium, url: source.url, sha256: source.sha256, making: values.making as Making, recognisable: values.recognisable };
    const outcome = await submitAsset({ input }, { form, field: ([first]) => (first && first in values && !(file && (first === "url" || first === "sha256")) ? first : null) });
    if (!outcome.ok) return;
    notify.good(t(outcome.value.asset.status === "APPROVED" ? "asset.sent.approved" : "asset.sent"), t("asset.sent.hint", { name: licence.twin.model.name }));
    onSent();
  }

  return (
    <form className={`${css.form} ${css.panel}`} onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <TextInput label={t("asset.title")} placeholder={t("asset.title.example")} {...form.getInputProps("title")} />
      <NativeSelect label={t("asset.medium")} data={licence.rights.media.map((medium) => ({ value: medium, label: shared(`medium.${medium}` as SharedKey) }))} {...form.getInputProps("medium")} />
      <label className={css.file}>
        <span>{t("asset.file")}</span>
        <input type="file" accept="image/*,video/*" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
      </label>
      {progress !== null && <progress className={css.progress} value={progress} max={1} aria-label={t("asset.uploading")} />}
      {!file && (
        <>
          <TextInput label={t("asset.url")} placeholder="https://" inputMode="url" {...form.getInputProps("url")} />
          <TextInput label={t("asset.sha")} description={t("asset.sha.hint")} {...form.getInputProps("sha256")} />
        </>
      )}
      <NativeSelect label={t("asset.making")} data={[{ value: "GENERATED", label: t("asset.making.GENERATED") }, { value: "COMPOSITE", label: t("asset.making.COMPOSITE") }]} {...form.getInputProps("making")} />
      <Checkbox className={css.value} label={t("asset.recognisable")} {...form.getInputProps("recognisable", { type: "checkbox" })} />
      <Text size="sm" c="dimmed">{t("asset.before")}</Text>
      <div className={css.buttons}><Button variant="default" onClick={onClose}>{t("cancel")}</Button><Button type="submit" loading={submitting || progress !== null}>{t("asset.send")}</Button></div>
    </form>
  );
}
