/** A twin's own description: made new, or put right. The handle is its address and stays. */
import { Button, TextInput, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Page } from "../shared/components/Page";
import { SaveBar } from "../shared/components/SaveBar";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const TwinDocument = graphql(`
  query ModelTwin($handle: String!) {
    twin(handle: $handle) {
      id
      handle
      name
      description
      heightCm
      bustCm
      waistCm
      hipsCm
      shoeSizeEu
      hairColour
      eyeColour
      tags
    }
  }
`);

const CreateDocument = graphql(`
  mutation CreateTwin($input: CreateTwinInput!) {
    createTwin(input: $input) {
      __typename
      ... on TwinCreated { twin { id handle name } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on IdempotencyConflict { code message path }
    }
  }
`);

const UpdateDocument = graphql(`
  mutation UpdateTwin($input: UpdateTwinInput!) {
    updateTwin(input: $input) {
      __typename
      ... on TwinUpdated { twin { id name description heightCm bustCm waistCm hipsCm shoeSizeEu hairColour eyeColour tags } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const MEASURES = ["heightCm", "bustCm", "waistCm", "hipsCm"] as const;

type Values = Record<(typeof MEASURES)[number] | "name" | "handle" | "description" | "shoeSizeEu" | "hairColour" | "eyeColour" | "tags", string>;

const EMPTY: Values = { name: "", handle: "", description: "", heightCm: "", bustCm: "", waistCm: "", hipsCm: "", shoeSizeEu: "", hairColour: "", eyeColour: "", tags: "" };

/** "Ada Lindqvist" -> "ada-lindqvist": an address nobody has to think of. */
const handleOf = (name: string) =>
  name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ø/gi, "o").replace(/ß/g, "ss").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);

const numberOf = (text: string) => (text.trim() === "" ? null : Number(text));

function detailsOf(values: Values) {
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    ...(Object.fromEntries(MEASURES.map((each) => [each, numberOf(values[each])])) as Record<(typeof MEASURES)[number], number | null>),
    shoeSizeEu: values.shoeSizeEu.trim().replace(",", ".") || null,
    hairColour: values.hairColour.trim() || null,
    eyeColour: values.eyeColour.trim() || null,
    tags: values.tags.split(",").map((tag) => tag.trim()).filter(Boolean),
  };
}

function useTwinForm(initialValues: Values) {
  const t = useModels();
  const whole = (text: string) => (text.trim() === "" || /^\d{1,3}$/.test(text.trim()) ? null : t("twin.measure.wrong"));
  return useForm<Values>({
    initialValues,
    validate: {
      name: (name) => (name.trim() ? null : t("twin.name.needed")),
      heightCm: whole,
      bustCm: whole,
      waistCm: whole,
      hipsCm: whole,
      shoeSizeEu: (size) => (/^(\d{1,2}([.,]\d)?)?$/.test(size.trim()) ? null : t("twin.shoe.wrong")),
    },
  });
}

export function NewTwin() {
  const t = useModels();
  const party = useParty();
  const navigate = useNavigate();
  const form = useTwinForm({ ...EMPTY, name: party.name.split(" ")[0] ?? "" });
  const [create, creating] = useAction(CreateDocument, "TwinCreated", { once: true });
  const submit = form.onSubmit(async (values) => {
    const handle = values.handle.trim() || handleOf(values.name);
    const outcome = await create({ input: { modelId: party.id, handle, ...detailsOf(values) } }, { form, field: ([name]) => (name && name in EMPTY ? name : null) });
    if (!outcome.ok) return;
    notify.good(t("twin.made", { name: outcome.value.twin.name }), t("twin.made.hint"));
    navigate(pathOf(party, `rates/${outcome.value.twin.handle}`));
  });
  return (
    <Page title={t("twin.new.title")} lead={t("twin.new.lead")} narrow>
      <form onSubmit={submit} noValidate className={css.stack}>
        <Fields form={form} handle={form.values.handle || handleOf(form.values.name)} isNew />
        <Button type="submit" loading={creating}>{t("twin.make")}</Button>
      </form>
    </Page>
  );
}

export function EditTwin() {
  const { twin: handle = "" } = useParams();
  const [query, retry] = useQuery({ query: TwinDocument, variables: { handle } });
  return (
    <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
      {({ twin }) =>
        twin ? (
          <Edit
            key={twin.id}
            id={twin.id}
            initial={{
              ...EMPTY,
              name: twin.name,
              handle: twin.handle,
              description: twin.description,
              heightCm: String(twin.heightCm ?? ""),
              bustCm: String(twin.bustCm ?? ""),
              waistCm: String(twin.waistCm ?? ""),
              hipsCm: String(twin.hipsCm ?? ""),
              shoeSizeEu: twin.shoeSizeEu ?? "",
              hairColour: twin.hairColour ?? "",
              eyeColour: twin.eyeColour ?? "",
              tags: twin.tags.join(", "),
            }}
          />
        ) : (
          <NotFound />
        )
      }
    </Ready>
  );
}

function Edit({ id, initial }: { id: string; initial: Values }) {
  const t = useModels();
  const form = useTwinForm(initial);
  const [update, updating] = useAction(UpdateDocument, "TwinUpdated");
  const submit = form.onSubmit(async (values) => {
    const outcome = await update({ input: { twinId: id, ...detailsOf(values) } }, { form, field: ([name]) => (name && name in EMPTY ? name : null) });
    if (!outcome.ok) return;
    form.resetDirty(values);
    notify.good(t("twin.saved"));
  });
  return (
    <Page title={initial.name} lead={t("twin.edit.lead")} narrow>
      <form onSubmit={submit} noValidate className={css.stack}>
        <Fields form={form} handle={initial.handle} />
        <SaveBar dirty={form.isDirty()} saving={updating} save={t("twin.save")} onDiscard={() => form.reset()} />
      </form>
    </Page>
  );
}

function Fields({ form, handle, isNew }: { form: ReturnType<typeof useTwinForm>; handle: string; isNew?: boolean }) {
  const t = useModels();
  return (
    <>
      <TextInput label={t("twin.name")} description={t("twin.name.hint")} autoComplete="off" {...form.getInputProps("name")} />
      {isNew && <TextInput label={t("twin.handle")} description={t("twin.handle.hint")} placeholder={handle} autoComplete="off" {...form.getInputProps("handle")} />}
      <Textarea label={t("twin.description")} description={t("twin.description.hint")} autosize minRows={3} {...form.getInputProps("description")} />
      <div className={css.pair}>
        {MEASURES.map((each) => <TextInput key={each} inputMode="numeric" label={t(`twin.${each}`)} {...form.getInputProps(each)} />)}
        <TextInput inputMode="decimal" label={t("twin.shoeSizeEu")} {...form.getInputProps("shoeSizeEu")} />
      </div>
      <div className={css.pair}>
        <TextInput label={t("twin.hairColour")} {...form.getInputProps("hairColour")} />
        <TextInput label={t("twin.eyeColour")} {...form.getInputProps("eyeColour")} />
      </div>
      <TextInput label={t("twin.tags")} description={t("twin.tags.hint")} {...form.getInputProps("tags")} />
    </>
  );
}
