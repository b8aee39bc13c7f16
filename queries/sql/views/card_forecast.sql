-- view: card_forecast
-- grain: one card that will be issued unless news comes
with final as (select * from card_all where is_official and issued_at > now())

select * from final
