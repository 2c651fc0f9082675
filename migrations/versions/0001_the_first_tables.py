"""The first tables.

Revision 0001, after nothing. It is what `Table.metadata.create_all` sends, command by command.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    r"""
create extension if not exists btree_gist
    """,
    r"""
create or replace function clock() returns timestamptz language sql stable parallel safe as $$
         select clock_timestamp() + coalesce(nullif(current_setting('twinmarket.clock_offset', true), '')::interval, interval '0')
       $$
    """,
    r"""
create or replace function append_only() returns trigger language plpgsql as $$
         begin
           raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
         end
       $$
    """,
    r"""
create extension if not exists pg_trgm
    """,
    r"""
create or replace function folded(words text) returns text
  language sql immutable strict parallel safe as $$
  select regexp_replace(regexp_replace(lower(normalize(words, NFKD)), '[\u0300-\u036f]+', '', 'g'),
                        '[!-/:-@\[-`{-~]+', ' ', 'g')
$$
    """,
    r"""
create or replace function industry_number(industry text) returns bigint language sql immutable strict parallel safe as $$ select (case industry when 'APPAREL' then 1 when 'SPORTSWEAR' then 2 when 'LUXURY' then 3 when 'FOOTWEAR' then 4 when 'UNDERWEAR' then 5 when 'SWIMWEAR' then 6 when 'ACCESSORIES' then 7 when 'JEWELLERY' then 8 when 'WATCHES' then 9 when 'EYEWEAR' then 10 when 'BEAUTY' then 11 when 'FRAGRANCE' then 12 when 'HAIRCARE' then 13 when 'HEALTH' then 14 when 'FOOD' then 15 when 'BEVERAGE' then 16 when 'ALCOHOL' then 17 when 'TOBACCO' then 18 when 'GAMBLING' then 19 when 'FINANCE' then 20 when 'TECHNOLOGY' then 21 when 'AUTOMOTIVE' then 22 when 'TRAVEL' then 23 when 'HOME' then 24 when 'MEDIA' then 25 when 'POLITICS' then 26 when 'ADULT' then 27 when 'OTHER' then 28 end)::bigint $$
    """,
    r"""
CREATE SEQUENCE licence_number
    """,
    r"""
CREATE TABLE job (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	kind VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	body JSONB DEFAULT '{}' NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	wanted INTEGER DEFAULT 1 NOT NULL,
	attempts INTEGER DEFAULT 0 NOT NULL,
	error VARCHAR,
	CONSTRAINT job_pkey PRIMARY KEY (id),
	CONSTRAINT job_key_key UNIQUE (key)
)
    """,
    r"""
CREATE INDEX job_due_at_idx ON job (due_at)
    """,
    r"""
CREATE TABLE activity (
	tx BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	topic VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	body JSONB DEFAULT '{}' NOT NULL,
	audience BIGINT[],
	CONSTRAINT activity_pkey PRIMARY KEY (tx, id)
)
    """,
    r"""
CREATE INDEX activity_topic_tx_id_idx ON activity (topic, tx, id)
    """,
    r"""
CREATE TABLE answer (
	caller VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	operation VARCHAR NOT NULL,
	digest BYTEA NOT NULL,
	result_id BIGINT,
	at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT answer_pkey PRIMARY KEY (caller, key)
)
    """,
    r"""
CREATE TABLE spelling (
	word TEXT NOT NULL,
	CONSTRAINT spelling_pkey PRIMARY KEY (word)
)
    """,
    r"""
CREATE INDEX spelling_word_prefix_idx ON spelling (word text_pattern_ops)
    """,
    r"""
CREATE INDEX spelling_word_trgm_idx ON spelling USING gin (word gin_trgm_ops)
    """,
    r"""
CREATE TABLE party (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	kind VARCHAR(40) NOT NULL,
	handle VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	country CHAR(2) NOT NULL,
	industry VARCHAR(40),
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT party_pkey PRIMARY KEY (id),
	CONSTRAINT party_kind_check CHECK (kind in ('MODEL', 'AGENCY', 'BRAND')),
	CONSTRAINT party_industry_check CHECK (industry in ('APPAREL', 'SPORTSWEAR', 'LUXURY', 'FOOTWEAR', 'UNDERWEAR', 'SWIMWEAR', 'ACCESSORIES', 'JEWELLERY', 'WATCHES', 'EYEWEAR', 'BEAUTY', 'FRAGRANCE', 'HAIRCARE', 'HEALTH', 'FOOD', 'BEVERAGE', 'ALCOHOL', 'TOBACCO', 'GAMBLING', 'FINANCE', 'TECHNOLOGY', 'AUTOMOTIVE', 'TRAVEL', 'HOME', 'MEDIA', 'POLITICS', 'ADULT', 'OTHER')),
	CONSTRAINT party_brand_has_industry_check CHECK ((kind = 'BRAND') = (industry is not null)),
	CONSTRAINT party_handle_check CHECK (handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60),
	CONSTRAINT party_handle_key UNIQUE (handle)
)
    """,
    r"""
CREATE INDEX party_agency_words_idx ON party USING gin (to_tsvector('simple', folded(name))) WHERE kind = 'AGENCY'
    """,
    r"""
CREATE TABLE person (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	email VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	password_hash VARCHAR,
	is_operator BOOLEAN DEFAULT false NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	suspended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT person_pkey PRIMARY KEY (id),
	CONSTRAINT person_email_check CHECK (email = lower(email)),
	CONSTRAINT person_email_key UNIQUE (email)
)
    """,
    r"""
CREATE TABLE payer (
	id BIGINT NOT NULL,
	customer_id VARCHAR,
	setup_session_id VARCHAR,
	payment_method_id VARCHAR,
	payment_method_label VARCHAR,
	payment_method_expires_on DATE,
	attempt INTEGER NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT payer_pkey PRIMARY KEY (id),
	CONSTRAINT payer_customer_id_key UNIQUE (customer_id)
)
    """,
    r"""
CREATE TABLE payee (
	id BIGINT NOT NULL,
	account_id VARCHAR,
	status VARCHAR(40) NOT NULL,
	requirements TEXT[] DEFAULT '{}' NOT NULL,
	attempt INTEGER NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT payee_pkey PRIMARY KEY (id),
	CONSTRAINT payee_status_check CHECK (status in ('NOT_STARTED', 'ONBOARDING', 'READY', 'RESTRICTED')),
	CONSTRAINT payee_account_id_key UNIQUE (account_id)
)
    """,
    r"""
CREATE TABLE payment (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	reference BIGINT NOT NULL,
	payer_id BIGINT NOT NULL,
	description VARCHAR NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	refunded_minor BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	intent_id VARCHAR,
	intent_attempt INTEGER NOT NULL,
	confirm_attempt INTEGER NOT NULL,
	payment_method_id VARCHAR,
	charge_id VARCHAR,
	next_action_url VARCHAR,
	failure_code VARCHAR,
	failure_message VARCHAR,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	succeeded_at TIMESTAMP WITH TIME ZONE,
	abandoned_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT payment_pkey PRIMARY KEY (id),
	CONSTRAINT payment_status_check CHECK (status in ('PROCESSING', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED')),
	CONSTRAINT payment_amounts_check CHECK (amount_minor > 0 and refunded_minor between 0 and amount_minor),
	CONSTRAINT payment_reference_key UNIQUE (reference),
	CONSTRAINT payment_intent_id_key UNIQUE (intent_id),
	CONSTRAINT payment_charge_id_key UNIQUE (charge_id)
)
    """,
    r"""
CREATE INDEX payment_payer_id_idx ON payment (payer_id)
    """,
    r"""
CREATE TABLE stripe_event (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	stripe_id VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	account_id VARCHAR,
	object_id VARCHAR,
	body JSONB DEFAULT '{}' NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	handled_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT stripe_event_pkey PRIMARY KEY (id),
	CONSTRAINT stripe_event_stripe_id_key UNIQUE (stripe_id)
)
    """,
    r"""
CREATE TABLE account (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	kind VARCHAR(40) NOT NULL,
	payee_id BIGINT,
	currency CHAR(3) NOT NULL,
	CONSTRAINT account_pkey PRIMARY KEY (id),
	CONSTRAINT account_kind_check CHECK (kind in ('STRIPE_BALANCE', 'CLEARING', 'PAYABLE', 'RECEIVABLE', 'HELD_DISPUTE', 'DISPUTED', 'DISPUTE_FEES', 'REVENUE', 'STRIPE_FEES', 'BRANDS', 'PAYEE_BALANCE', 'PAYEE_IN_TRANSIT', 'PAYEE_BANK', 'PAYEE_WORLD')),
	CONSTRAINT account_id_currency_key UNIQUE (id, currency),
	CONSTRAINT account_kind_payee_id_currency_key UNIQUE NULLS NOT DISTINCT (kind, payee_id, currency)
)
    """,
    r"""
CREATE TABLE member (
	party_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	since TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT member_pkey PRIMARY KEY (party_id, person_id),
	CONSTRAINT member_party_id_fkey FOREIGN KEY(party_id) REFERENCES party (id),
	CONSTRAINT member_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
)
    """,
    r"""
CREATE INDEX member_person_id_idx ON member (person_id)
    """,
    r"""
CREATE TABLE api_key (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	party_id BIGINT,
	person_id BIGINT,
	name VARCHAR NOT NULL,
	prefix VARCHAR NOT NULL,
	secret_hash BYTEA NOT NULL,
	scopes TEXT[] NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	last_used_at TIMESTAMP WITH TIME ZONE,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT api_key_pkey PRIMARY KEY (id),
	CONSTRAINT api_key_acts_for_one_check CHECK (num_nonnulls(party_id, person_id) = 1),
	CONSTRAINT api_key_party_id_fkey FOREIGN KEY(party_id) REFERENCES party (id),
	CONSTRAINT api_key_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT api_key_secret_hash_key UNIQUE (secret_hash)
)
    """,
    r"""
CREATE INDEX api_key_party_id_idx ON api_key (party_id)
    """,
    r"""
CREATE TABLE sign_in (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	person_id BIGINT NOT NULL,
	secret_hash BYTEA NOT NULL,
	user_agent VARCHAR NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT sign_in_pkey PRIMARY KEY (id),
	CONSTRAINT sign_in_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT sign_in_secret_hash_key UNIQUE (secret_hash)
)
    """,
    r"""
CREATE TABLE mandate (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	model_id BIGINT NOT NULL,
	agency_id BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	commission_bps INTEGER NOT NULL,
	territories INT4MULTIRANGE NOT NULL,
	days DATERANGE NOT NULL,
	proposed_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT mandate_pkey PRIMARY KEY (id),
	CONSTRAINT mandate_status_check CHECK (status in ('PROPOSED', 'ACTIVE', 'ENDED', 'DECLINED')),
	CONSTRAINT mandate_commission_check CHECK (commission_bps between 0 and 2000),
	CONSTRAINT mandate_days_check CHECK (not isempty(days) and upper(days) <= lower(days) + interval '3 years 1 day'),
	CONSTRAINT mandate_one_at_a_time EXCLUDE USING gist (model_id WITH =, territories WITH &&, days WITH &&) WHERE (status = 'ACTIVE'),
	CONSTRAINT mandate_model_id_fkey FOREIGN KEY(model_id) REFERENCES party (id),
	CONSTRAINT mandate_agency_id_fkey FOREIGN KEY(agency_id) REFERENCES party (id)
)
    """,
    r"""
CREATE INDEX mandate_agency_id_status_idx ON mandate (agency_id, status)
    """,
    r"""
CREATE INDEX mandate_model_id_status_idx ON mandate (model_id, status)
    """,
    r"""
CREATE TABLE twin (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	model_id BIGINT NOT NULL,
	handle VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	status VARCHAR(40) NOT NULL,
	status_reason VARCHAR,
	version INTEGER NOT NULL,
	description VARCHAR NOT NULL,
	height_cm INTEGER,
	bust_cm INTEGER,
	waist_cm INTEGER,
	hips_cm INTEGER,
	shoe_size_eu NUMERIC(4, 1),
	hair_colour VARCHAR,
	eye_colour VARCHAR,
	tags TEXT[] DEFAULT '{}' NOT NULL,
	preview_urls TEXT[] DEFAULT '{}' NOT NULL,
	policy_version INTEGER NOT NULL,
	card_version INTEGER NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT twin_pkey PRIMARY KEY (id),
	CONSTRAINT twin_status_check CHECK (status in ('DRAFT', 'LISTED', 'PAUSED', 'SUSPENDED', 'RETIRED')),
	CONSTRAINT twin_handle_check CHECK (handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60),
	CONSTRAINT twin_model_id_fkey FOREIGN KEY(model_id) REFERENCES party (id),
	CONSTRAINT twin_handle_key UNIQUE (handle)
)
    """,
    r"""
CREATE INDEX twin_model_id_idx ON twin (model_id)
    """,
    r"""
CREATE TABLE share (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	payment_id BIGINT NOT NULL,
	position INTEGER NOT NULL,
	role VARCHAR NOT NULL,
	payee_id BIGINT,
	basis_points INTEGER NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	reversed_minor BIGINT NOT NULL,
	owed_minor BIGINT NOT NULL,
	sent_minor BIGINT NOT NULL,
	pulled_minor BIGINT NOT NULL,
	netted_minor BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	hold_reason VARCHAR,
	attempt INTEGER NOT NULL,
	account_id VARCHAR,
	transfer_id VARCHAR,
	transferred_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT share_pkey PRIMARY KEY (id),
	CONSTRAINT share_status_check CHECK (status in ('PENDING', 'HELD', 'TRANSFERRED', 'PARTIALLY_REVERSED', 'REVERSED', 'OWED')),
	CONSTRAINT share_payment_id_position_key UNIQUE (payment_id, position),
	CONSTRAINT share_amounts_check CHECK (amount_minor >= 0 and reversed_minor >= 0 and owed_minor >= 0 and netted_minor >= 0 and reversed_minor + owed_minor <= amount_minor and sent_minor + netted_minor <= amount_minor and pulled_minor between 0 and sent_minor),
	CONSTRAINT share_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payment (id),
	CONSTRAINT share_transfer_id_key UNIQUE (transfer_id)
)
    """,
    r"""
CREATE INDEX share_held_idx ON share (payee_id) WHERE status = 'HELD'
    """,
    r"""
CREATE INDEX share_payee_id_id_idx ON share (payee_id, id)
    """,
    r"""
CREATE TABLE refund (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	payment_id BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	reason VARCHAR NOT NULL,
	status VARCHAR(40) NOT NULL,
	stripe_id VARCHAR,
	failure_code VARCHAR,
	failure_message VARCHAR,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	accepted_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT refund_pkey PRIMARY KEY (id),
	CONSTRAINT refund_status_check CHECK (status in ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED')),
	CONSTRAINT refund_amount_check CHECK (amount_minor > 0),
	CONSTRAINT refund_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payment (id),
	CONSTRAINT refund_stripe_id_key UNIQUE (stripe_id)
)
    """,
    r"""
CREATE INDEX refund_payment_id_idx ON refund (payment_id)
    """,
    r"""
CREATE INDEX refund_unsettled_idx ON refund (id) WHERE status in ('REQUESTED', 'PENDING')
    """,
    r"""
CREATE TABLE dispute (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	payment_id BIGINT NOT NULL,
	stripe_id VARCHAR NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	fee_minor BIGINT NOT NULL,
	reason VARCHAR NOT NULL,
	status VARCHAR(40) NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT dispute_pkey PRIMARY KEY (id),
	CONSTRAINT dispute_status_check CHECK (status in ('OPEN', 'WON', 'LOST')),
	CONSTRAINT dispute_amount_check CHECK (amount_minor > 0),
	CONSTRAINT dispute_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payment (id),
	CONSTRAINT dispute_stripe_id_key UNIQUE (stripe_id)
)
    """,
    r"""
CREATE INDEX dispute_open_idx ON dispute (id) WHERE status = 'OPEN'
    """,
    r"""
CREATE INDEX dispute_payment_id_idx ON dispute (payment_id)
    """,
    r"""
CREATE TABLE payout (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	payee_id BIGINT NOT NULL,
	stripe_id VARCHAR NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	arrives_on DATE,
	failure_message VARCHAR,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT payout_pkey PRIMARY KEY (id),
	CONSTRAINT payout_status_check CHECK (status in ('PENDING', 'IN_TRANSIT', 'PAID', 'FAILED', 'CANCELED')),
	CONSTRAINT payout_payee_id_fkey FOREIGN KEY(payee_id) REFERENCES payee (id),
	CONSTRAINT payout_stripe_id_key UNIQUE (stripe_id)
)
    """,
    r"""
CREATE INDEX payout_payee_id_id_idx ON payout (payee_id, id)
    """,
    r"""
CREATE TABLE entry (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	tx BIGINT DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
	at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	kind VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	payment_id BIGINT,
	debit_id BIGINT NOT NULL,
	credit_id BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT entry_pkey PRIMARY KEY (id),
	CONSTRAINT entry_debit_id_currency_fkey FOREIGN KEY(debit_id, currency) REFERENCES account (id, currency),
	CONSTRAINT entry_credit_id_currency_fkey FOREIGN KEY(credit_id, currency) REFERENCES account (id, currency),
	CONSTRAINT entry_amount_check CHECK (amount_minor > 0),
	CONSTRAINT entry_two_sides_check CHECK (debit_id <> credit_id),
	CONSTRAINT entry_key_key UNIQUE (key),
	CONSTRAINT entry_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payment (id)
)
    """,
    r"""
CREATE INDEX entry_credit_id_tx_idx ON entry (credit_id, tx) INCLUDE (amount_minor)
    """,
    r"""
CREATE INDEX entry_debit_id_tx_idx ON entry (debit_id, tx) INCLUDE (amount_minor)
    """,
    r"""
CREATE INDEX entry_payment_id_idx ON entry (payment_id)
    """,
    r"""
create trigger entry_append_only_row before update or delete on entry for each row execute function append_only()
    """,
    r"""
create trigger entry_append_only_statement before truncate on entry for each statement execute function append_only()
    """,
    r"""
CREATE TABLE showing (
	twin_id BIGINT NOT NULL,
	model_id BIGINT NOT NULL,
	status VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	height_cm INTEGER,
	bust_cm INTEGER,
	waist_cm INTEGER,
	hips_cm INTEGER,
	media INTEGER,
	forbidden INTEGER,
	maximum_days INTEGER,
	floor_minor BIGINT,
	industry_exclusivity_e4 INTEGER,
	total_exclusivity_e4 INTEGER,
	hair_colour VARCHAR,
	eye_colour VARCHAR,
	tags TEXT[] DEFAULT '{}' NOT NULL,
	currency CHAR(3),
	rates BIGINT[],
	factors JSONB,
	territories INT4MULTIRANGE,
	CONSTRAINT showing_pkey PRIMARY KEY (twin_id),
	CONSTRAINT showing_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id)
)
    """,
    r"""
CREATE INDEX showing_height_cm_idx ON showing (height_cm) WHERE status = 'LISTED'
    """,
    r"""
CREATE INDEX showing_model_id_idx ON showing (model_id)
    """,
    r"""
CREATE INDEX showing_name_idx ON showing (name, twin_id) WHERE status = 'LISTED'
    """,
    r"""
CREATE INDEX showing_newest_idx ON showing (twin_id) WHERE status = 'LISTED'
    """,
    r"""
CREATE INDEX showing_tags_idx ON showing USING gin (tags) WHERE status = 'LISTED'
    """,
    r"""
CREATE TABLE wording (
	twin_id BIGINT NOT NULL,
	model_id BIGINT NOT NULL,
	document TSVECTOR NOT NULL,
	CONSTRAINT wording_pkey PRIMARY KEY (twin_id),
	CONSTRAINT wording_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id)
)
    """,
    r"""
CREATE INDEX wording_document_idx ON wording USING gin (document)
    """,
    r"""
CREATE INDEX wording_model_id_idx ON wording (model_id)
    """,
    r"""
CREATE TABLE consent_policy (
	twin_id BIGINT NOT NULL,
	version INTEGER NOT NULL,
	media INT4MULTIRANGE NOT NULL,
	forbidden_industries TEXT[] NOT NULL,
	territories INT4MULTIRANGE NOT NULL,
	maximum_days INTEGER NOT NULL,
	asset_approval_required BOOLEAN NOT NULL,
	training_allowed BOOLEAN NOT NULL,
	restrictions TEXT[] DEFAULT '{}' NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	set_by VARCHAR NOT NULL,
	CONSTRAINT consent_policy_pkey PRIMARY KEY (twin_id, version),
	CONSTRAINT consent_policy_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id)
)
    """,
    r"""
create trigger consent_policy_append_only_row before update or delete on consent_policy for each row execute function append_only()
    """,
    r"""
create trigger consent_policy_append_only_statement before truncate on consent_policy for each statement execute function append_only()
    """,
    r"""
CREATE TABLE rate_card (
	twin_id BIGINT NOT NULL,
	version INTEGER NOT NULL,
	currency CHAR(3) NOT NULL,
	rates JSONB DEFAULT '{}' NOT NULL,
	factors JSONB DEFAULT '{}' NOT NULL,
	industry_exclusivity_e4 INTEGER NOT NULL,
	total_exclusivity_e4 INTEGER NOT NULL,
	floor_minor BIGINT NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	set_by VARCHAR NOT NULL,
	CONSTRAINT rate_card_pkey PRIMARY KEY (twin_id, version),
	CONSTRAINT rate_card_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id)
)
    """,
    r"""
create trigger rate_card_append_only_row before update or delete on rate_card for each row execute function append_only()
    """,
    r"""
create trigger rate_card_append_only_statement before truncate on rate_card for each statement execute function append_only()
    """,
    r"""
CREATE TABLE listing (
	media INT4MULTIRANGE NOT NULL,
	territories INT4MULTIRANGE NOT NULL,
	industry VARCHAR(40) NOT NULL,
	days DATERANGE NOT NULL,
	exclusivity VARCHAR(40) NOT NULL,
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	twin_id BIGINT NOT NULL,
	format VARCHAR(40) NOT NULL,
	currency CHAR(3) NOT NULL,
	starting_minor BIGINT NOT NULL,
	reserve_minor BIGINT,
	opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
	soft_close_seconds INTEGER NOT NULL,
	outcome VARCHAR(40),
	leading_bid_id BIGINT,
	current_minor BIGINT,
	reserve_met BOOLEAN NOT NULL,
	bid_count INTEGER NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT listing_pkey PRIMARY KEY (id),
	CONSTRAINT listing_format_check CHECK (format in ('OPEN', 'SEALED')),
	CONSTRAINT listing_outcome_check CHECK (outcome in ('AWARDED', 'WITHDRAWN')),
	CONSTRAINT listing_industry_check CHECK (industry in ('APPAREL', 'SPORTSWEAR', 'LUXURY', 'FOOTWEAR', 'UNDERWEAR', 'SWIMWEAR', 'ACCESSORIES', 'JEWELLERY', 'WATCHES', 'EYEWEAR', 'BEAUTY', 'FRAGRANCE', 'HAIRCARE', 'HEALTH', 'FOOD', 'BEVERAGE', 'ALCOHOL', 'TOBACCO', 'GAMBLING', 'FINANCE', 'TECHNOLOGY', 'AUTOMOTIVE', 'TRAVEL', 'HOME', 'MEDIA', 'POLITICS', 'ADULT', 'OTHER')),
	CONSTRAINT listing_exclusivity_check CHECK (exclusivity in ('NON_EXCLUSIVE', 'INDUSTRY', 'TOTAL')),
	CONSTRAINT listing_scope_check CHECK (not (isempty(media) or isempty(territories) or isempty(days))),
	CONSTRAINT listing_prices_check CHECK (starting_minor > 0 and reserve_minor >= starting_minor),
	CONSTRAINT listing_closes_after_opening_check CHECK (closes_at > opens_at),
	CONSTRAINT listing_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id)
)
    """,
    r"""
CREATE INDEX listing_closes_at_idx ON listing (closes_at)
    """,
    r"""
CREATE INDEX listing_twin_id_idx ON listing (twin_id)
    """,
    r"""
CREATE TABLE reversal (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	payment_id BIGINT NOT NULL,
	share_id BIGINT NOT NULL,
	refund_id BIGINT,
	dispute_id BIGINT,
	payee_id BIGINT,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	netted_minor BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	transfer_id VARCHAR,
	stripe_id VARCHAR,
	return_minor BIGINT NOT NULL,
	return_account_id VARCHAR,
	return_attempt INTEGER NOT NULL,
	return_id VARCHAR,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	CONSTRAINT reversal_pkey PRIMARY KEY (id),
	CONSTRAINT reversal_status_check CHECK (status in ('PENDING', 'WITHHELD', 'REVERSED', 'OWED', 'NETTED', 'RETURNING', 'RETURNED')),
	CONSTRAINT reversal_one_cause_check CHECK (num_nonnulls(refund_id, dispute_id) = 1),
	CONSTRAINT reversal_amounts_check CHECK (amount_minor > 0 and netted_minor between 0 and amount_minor),
	CONSTRAINT reversal_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payment (id),
	CONSTRAINT reversal_share_id_fkey FOREIGN KEY(share_id) REFERENCES share (id),
	CONSTRAINT reversal_refund_id_fkey FOREIGN KEY(refund_id) REFERENCES refund (id),
	CONSTRAINT reversal_dispute_id_fkey FOREIGN KEY(dispute_id) REFERENCES dispute (id),
	CONSTRAINT reversal_stripe_id_key UNIQUE (stripe_id),
	CONSTRAINT reversal_return_id_key UNIQUE (return_id)
)
    """,
    r"""
CREATE INDEX reversal_owed_idx ON reversal (payee_id) WHERE status = 'OWED'
    """,
    r"""
CREATE INDEX reversal_payment_id_idx ON reversal (payment_id)
    """,
    r"""
CREATE INDEX reversal_share_id_idx ON reversal (share_id)
    """,
    r"""
CREATE INDEX reversal_unsettled_idx ON reversal (id) WHERE status in ('PENDING', 'RETURNING')
    """,
    r"""
CREATE TABLE bid (
	media INT4MULTIRANGE NOT NULL,
	territories INT4MULTIRANGE NOT NULL,
	industry VARCHAR(40) NOT NULL,
	days DATERANGE NOT NULL,
	exclusivity VARCHAR(40) NOT NULL,
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	twin_id BIGINT NOT NULL,
	listing_id BIGINT,
	brand_id BIGINT NOT NULL,
	currency CHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	maximum_minor BIGINT,
	counter_minor BIGINT,
	counter_message VARCHAR,
	intended_use VARCHAR NOT NULL,
	status VARCHAR(40) NOT NULL,
	decline_reason VARCHAR,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE,
	decided_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT bid_pkey PRIMARY KEY (id),
	CONSTRAINT bid_status_check CHECK (status in ('PENDING', 'COUNTERED', 'WITHDRAWN', 'DECLINED', 'EXPIRED', 'ACCEPTED', 'LOST')),
	CONSTRAINT bid_industry_check CHECK (industry in ('APPAREL', 'SPORTSWEAR', 'LUXURY', 'FOOTWEAR', 'UNDERWEAR', 'SWIMWEAR', 'ACCESSORIES', 'JEWELLERY', 'WATCHES', 'EYEWEAR', 'BEAUTY', 'FRAGRANCE', 'HAIRCARE', 'HEALTH', 'FOOD', 'BEVERAGE', 'ALCOHOL', 'TOBACCO', 'GAMBLING', 'FINANCE', 'TECHNOLOGY', 'AUTOMOTIVE', 'TRAVEL', 'HOME', 'MEDIA', 'POLITICS', 'ADULT', 'OTHER')),
	CONSTRAINT bid_exclusivity_check CHECK (exclusivity in ('NON_EXCLUSIVE', 'INDUSTRY', 'TOTAL')),
	CONSTRAINT bid_scope_check CHECK (not (isempty(media) or isempty(territories) or isempty(days))),
	CONSTRAINT bid_amounts_check CHECK (amount_minor > 0 and maximum_minor >= amount_minor and counter_minor > 0),
	CONSTRAINT bid_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id),
	CONSTRAINT bid_listing_id_fkey FOREIGN KEY(listing_id) REFERENCES listing (id),
	CONSTRAINT bid_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES party (id)
)
    """,
    r"""
CREATE INDEX bid_brand_id_id_idx ON bid (brand_id, id)
    """,
    r"""
CREATE INDEX bid_twin_id_status_idx ON bid (twin_id, status)
    """,
    r"""
CREATE UNIQUE INDEX bid_one_live_per_brand ON bid (listing_id, brand_id) WHERE listing_id is not null and status in ('PENDING', 'ACCEPTED')
    """,
    r"""
CREATE TABLE licence (
	media INT4MULTIRANGE NOT NULL,
	territories INT4MULTIRANGE NOT NULL,
	industry VARCHAR(40) NOT NULL,
	days DATERANGE NOT NULL,
	exclusivity VARCHAR(40) NOT NULL,
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	number VARCHAR DEFAULT 'TM-' || to_char(clock(), 'YYYY') || '-' || to_char(nextval('licence_number'), 'FM9999999999999000000') NOT NULL,
	bid_id BIGINT NOT NULL,
	twin_id BIGINT NOT NULL,
	twin_version INTEGER NOT NULL,
	brand_id BIGINT NOT NULL,
	model_id BIGINT NOT NULL,
	agency_id BIGINT,
	mandate_id BIGINT,
	currency CHAR(3) NOT NULL,
	price_minor BIGINT NOT NULL,
	policy_version INTEGER NOT NULL,
	card_version INTEGER NOT NULL,
	status VARCHAR(40) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock() NOT NULL,
	payment_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	activated_at TIMESTAMP WITH TIME ZONE,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT licence_pkey PRIMARY KEY (id),
	CONSTRAINT licence_status_check CHECK (status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED', 'ENDED', 'LAPSED', 'TERMINATED')),
	CONSTRAINT licence_industry_check CHECK (industry in ('APPAREL', 'SPORTSWEAR', 'LUXURY', 'FOOTWEAR', 'UNDERWEAR', 'SWIMWEAR', 'ACCESSORIES', 'JEWELLERY', 'WATCHES', 'EYEWEAR', 'BEAUTY', 'FRAGRANCE', 'HAIRCARE', 'HEALTH', 'FOOD', 'BEVERAGE', 'ALCOHOL', 'TOBACCO', 'GAMBLING', 'FINANCE', 'TECHNOLOGY', 'AUTOMOTIVE', 'TRAVEL', 'HOME', 'MEDIA', 'POLITICS', 'ADULT', 'OTHER')),
	CONSTRAINT licence_exclusivity_check CHECK (exclusivity in ('NON_EXCLUSIVE', 'INDUSTRY', 'TOTAL')),
	CONSTRAINT licence_scope_check CHECK (not (isempty(media) or isempty(territories) or isempty(days))),
	CONSTRAINT licence_price_check CHECK (price_minor > 0),
	CONSTRAINT licence_no_conflict EXCLUDE USING gist (twin_id WITH =, media WITH &&, territories WITH &&, days WITH &&, (case exclusivity when 'TOTAL' then int8range(null, null) when 'INDUSTRY' then int8range(industry_number(industry) << 48, (industry_number(industry) + 1) << 48) else int8range((industry_number(industry) << 48) + id, (industry_number(industry) << 48) + id, '[]') end) WITH &&) WHERE (status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED')),
	CONSTRAINT licence_number_key UNIQUE (number),
	CONSTRAINT licence_bid_id_key UNIQUE (bid_id),
	CONSTRAINT licence_bid_id_fkey FOREIGN KEY(bid_id) REFERENCES bid (id),
	CONSTRAINT licence_twin_id_fkey FOREIGN KEY(twin_id) REFERENCES twin (id),
	CONSTRAINT licence_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES party (id),
	CONSTRAINT licence_model_id_fkey FOREIGN KEY(model_id) REFERENCES party (id),
	CONSTRAINT licence_agency_id_fkey FOREIGN KEY(agency_id) REFERENCES party (id),
	CONSTRAINT licence_mandate_id_fkey FOREIGN KEY(mandate_id) REFERENCES mandate (id)
)
    """,
    r"""
CREATE INDEX licence_agency_id_id_idx ON licence (agency_id, id)
    """,
    r"""
CREATE INDEX licence_brand_id_id_idx ON licence (brand_id, id)
    """,
    r"""
CREATE INDEX licence_model_id_id_idx ON licence (model_id, id)
    """,
    r"""
CREATE INDEX licence_twin_id_idx ON licence (twin_id)
    """,
    r"""
CREATE TABLE consent (
	licence_id BIGINT NOT NULL,
	text VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	policy_version INTEGER NOT NULL,
	person_id BIGINT,
	caller VARCHAR NOT NULL,
	signed_by VARCHAR NOT NULL,
	signature VARCHAR NOT NULL,
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT consent_pkey PRIMARY KEY (licence_id),
	CONSTRAINT consent_licence_id_fkey FOREIGN KEY(licence_id) REFERENCES licence (id),
	CONSTRAINT consent_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
)
    """,
    r"""
create trigger consent_append_only_row before update or delete on consent for each row execute function append_only()
    """,
    r"""
create trigger consent_append_only_statement before truncate on consent for each statement execute function append_only()
    """,
    r"""
create or replace function show_twins(numbers bigint[]) returns void language sql as $$
  insert into showing (twin_id, model_id, status, name, height_cm, bust_cm, waist_cm, hips_cm, hair_colour, eye_colour,
      tags, media, forbidden, maximum_days, territories,
      currency, rates, factors, industry_exclusivity_e4, total_exclusivity_e4, floor_minor)
  select twin.id, twin.model_id, twin.status, twin.name, height_cm, bust_cm, waist_cm, hips_cm, hair_colour, eye_colour,
      tags,
      (select sum(1 << (number - 1))
         from unnest(policy.media) as run, generate_series(lower(run), upper(run) - 1) as number),
      (select coalesce(sum(1 << industry_number(industry)::int), 0)
         from unnest(policy.forbidden_industries) as industry),
      maximum_days, policy.territories, currency,
      (select array_agg((card.rates ->> medium)::bigint order by place)
         from unnest('{SOCIAL_ORGANIC,SOCIAL_PAID,ECOMMERCE,BRAND_WEBSITE,EMAIL,DIGITAL_DISPLAY,ONLINE_VIDEO,TELEVISION,CINEMA,PRINT_EDITORIAL,PRINT_ADVERTISING,OUT_OF_HOME,IN_STORE,PACKAGING,LOOKBOOK,INTERNAL}'::text[]) with ordinality as media(medium, place)
        where card.twin_id is not null),
      nullif(card.factors, '{}'), industry_exclusivity_e4, total_exclusivity_e4, floor_minor
    from twin
    left join consent_policy as policy on policy.twin_id = twin.id and policy.version = twin.policy_version
    left join rate_card as card on card.twin_id = twin.id and card.version = twin.card_version
   where twin.id = any (numbers)
  on conflict (twin_id) do update set (model_id, status, name, height_cm, bust_cm, waist_cm, hips_cm,
      hair_colour, eye_colour, tags, media, forbidden, maximum_days, territories,
      currency, rates, factors, industry_exclusivity_e4, total_exclusivity_e4, floor_minor)
    = (excluded.model_id, excluded.status, excluded.name, excluded.height_cm, excluded.bust_cm, excluded.waist_cm,
      excluded.hips_cm, excluded.hair_colour, excluded.eye_colour, excluded.tags, excluded.media, excluded.forbidden,
      excluded.maximum_days, excluded.territories, excluded.currency, excluded.rates, excluded.factors,
      excluded.industry_exclusivity_e4, excluded.total_exclusivity_e4, excluded.floor_minor)
$$
    """,
    r"""
create or replace function spell(document tsvector) returns void language sql as $$
  insert into spelling select lexeme from unnest(document) where not exists (select from spelling where word = lexeme)
   order by lexeme on conflict do nothing
$$
    """,
    r"""
create or replace function word_twins(numbers bigint[]) returns void language sql as $$
  with written as (
    insert into wording
    select twin.id, twin.model_id,
           setweight(to_tsvector('simple', folded(twin.name)), 'A')
        || setweight(to_tsvector('simple', folded(party.name)), 'B')
        || setweight(to_tsvector('simple', folded(array_to_string(twin.tags, ' '))), 'C')
        || setweight(to_tsvector('simple', folded(twin.description)), 'D')
      from twin join party on party.id = twin.model_id
     where twin.id = any (numbers)
    on conflict (twin_id) do update set model_id = excluded.model_id, document = excluded.document
    returning document
  ), words as (select distinct lexeme from written, unnest(document))
  insert into spelling select lexeme from words where not exists (select from spelling where word = lexeme)
   order by lexeme on conflict do nothing
$$
    """,
    r"""
create or replace function twin_changed() returns trigger language plpgsql as $$
  begin
    perform show_twins(array[new.id]);
    if tg_op = 'INSERT' or (new.model_id, new.name, new.tags, new.description)
        is distinct from (old.model_id, old.name, old.tags, old.description) then
      perform word_twins(array[new.id]);
    end if;
    return null;
  end
$$
    """,
    r"""
create or replace function terms_changed() returns trigger language plpgsql as $$
  begin
    perform show_twins(array[new.twin_id]);
    return null;
  end
$$
    """,
    r"""
create or replace function party_named() returns trigger language plpgsql as $$
  begin
    if new.kind = 'AGENCY' then
      perform spell(to_tsvector('simple', folded(new.name)));
    elsif tg_op = 'UPDATE' then
      perform word_twins(array(select id from twin where model_id = new.id));
    end if;
    return null;
  end
$$
    """,
    r"""
create trigger twin_changed after insert or update on twin for each row execute function twin_changed()
    """,
    r"""
create trigger consent_policy_set after insert on consent_policy for each row execute function terms_changed()
    """,
    r"""
create trigger rate_card_set after insert on rate_card for each row execute function terms_changed()
    """,
    r"""
create trigger party_named after insert or update of name on party for each row execute function party_named()
    """,
)


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
