INSERT INTO job (
    id, account, key, mode, label, model, model_asked, params, count, price, phase, detail, due, phase_since, epoch,
    route, attempt, events, progress, cancel_asked, cancel_sent, charged, parent, part, created_at, ended_at,
    lease_node, lease_until, terms
)
VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
    ?25, ?26, ?27, ?28, ?29
)
